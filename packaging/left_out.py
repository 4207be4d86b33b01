"""What the packed application leaves out; `packaging/README.md` says what each part weighs."""

# Modules that nothing the user can reach imports. torch and its company belong to the large
# engine's own environment; the rest are for developers or for other databases.
MODULES = (
    "torch",
    "torchvision",
    "diffusers",
    "safetensors",
    "transformers",
    "insightface",
    "onnx",
    "onnxscript",
    "scipy",
    "skimage",
    "matplotlib",
    "pandas",
    "IPython",
    "sympy",
    "desktop_app.restoration.training",
    "tkinter",
    "_tkinter",
    "turtle",
    "idlelib",
    "lib2to3",
    "ensurepip",
    "unittest",
    "doctest",
    "pdb",
    "pydoc",
    "pydoc_data",
    "curses",
    "xmlrpc",
    "setuptools",
    "pkg_resources",
    "pip",
    "pytest",
    "hypothesis",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtNetwork",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "PySide6.QtPrintSupport",
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "numpy.f2py",
    "numpy.distutils",
    "PIL.ImageQt",
    "PIL.ImageTk",
)

# Files that PyInstaller's hooks collect for anybody: patterns of their places in the folder.
FILES = (
    r"PySide6/Qt/translations/",  # the application speaks English so far
    r"PySide6/Qt/plugins/(egldeviceintegrations|generic|networkinformation|tls|qmltooling)/",
    r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.",
    r"PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboard",
    r"PySide6/Qt/plugins/platformthemes/libqgtk3",  # crashes beside another GTK
    r"PySide6/Qt/plugins/imageformats/.*q(pdf|tiff|tga|wbmp|icns|webp)\.",  # Pillow reads these
    r"(PySide6/Qt/lib|^)/?libQt6(Qml\w*|Quick\w*|Pdf|VirtualKeyboard|EglFS\w*|Network)\.so",
    r"lib(gtk|gdk|gdk_pixbuf|pango|pangocairo|cairo|cairo-gobject|atk|atk-bridge|atspi)-?[0-9.\w]*\.so",
    r"^libQt6EglFS",
    # the system's own: a graphics driver may need newer ones than this computer's
    r"^lib(stdc\+\+|gcc_s)\.so",
    # what only the GTK look needed
    r"^lib(pangoft2|thai|datrie|fribidi|pixman-1|Xrender|harfbuzz|graphite2)[-.0-9]*\.so",
    r"^share/(icons|fontconfig|themes|X11)/",
)

# Distributions whose version the application tells (`likeness doctor`) or asks for at run time.
PACKAGES_TO_NAME = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "numpy",
    "pillow",
    "onnxruntime",
    "opencv-python-headless",
    "watchdog",
    "Send2Trash",
)
