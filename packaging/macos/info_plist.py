{
    "CFBundleDisplayName": "Likeness",
    "LSMinimumSystemVersion": "14.0",
    "LSApplicationCategoryType": "public.app-category.photography",
    "NSHighResolutionCapable": True,
    "NSHumanReadableCopyright": "Apache License 2.0",
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "Photograph",
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "Alternate",
            "LSItemContentTypes": ["public.image", "public.camera-raw-image", "public.folder"],
        }
    ],
}
