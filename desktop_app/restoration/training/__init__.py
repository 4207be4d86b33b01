"""How the embedded network is made: data, losses, training, evaluation, export."""
