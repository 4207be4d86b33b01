"""The names and places of faces that other programs wrote into photos and beside them."""
