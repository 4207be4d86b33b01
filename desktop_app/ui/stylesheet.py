"""The stylesheet: how each kind of control is drawn, from the colours and sizes of the theme."""

from collections.abc import Mapping
from string import Template

# Widgets choose their look by the property `look` (see controls.py), never by colours of their own.
_RULES = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, QWidget#page { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }

QLabel { background: transparent; }
QLabel[look="caption"] { color: $text_soft; font-size: $caption; }
QLabel[look="soft"] { color: $text_soft; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="title"] { font-size: $title; font-weight: 600; }
QLabel[look="heading"] { font-size: $heading; font-weight: 600; }
QLabel[look="display"] { font-size: $display; font-weight: 600; }
QLabel[look="badge"] { background: $accent; color: $on_accent; border-radius: 10px;
    padding: 1px 8px; font-size: $caption; font-weight: 600; }
QLabel[look="chip"] { background: $raised; color: $text_soft; border-radius: 10px;
    padding: 2px 10px; font-size: $caption; }
QLabel[look="warning"] { color: $warning; }
QLabel[look="danger"] { color: $danger; }
QLabel[look="key"] { background: $raised; border: 1px solid $line; border-radius: 4px;
    padding: 2px 8px; font-weight: 600; }

QFrame[look="card"] { background: $surface; border-radius: 8px; }
QFrame[look="row"] { background: transparent; border-radius: 8px; }
QFrame[look="row"]:hover { background: $raised; }
QFrame[look="row-chosen"] { background: $accent_quiet; border-radius: 8px; }
QFrame[look="bar"] { background: $window; border: none; }
QFrame[look="canvas"], QWidget[look="canvas"] { background: $canvas; }
QFrame[look="line"] { background: $line; max-height: 1px; min-height: 1px; border: none; }
QFrame[look="toast"] { background: $raised; border: 1px solid $line; border-radius: 8px; }

QPushButton { background: $raised; border: 1px solid $line; border-radius: 6px;
    padding: 0 16px; min-height: 34px; }
QPushButton, QTabBar { outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:disabled { color: $text_soft; background: $surface; border-color: $line; }
QPushButton:focus { border: 2px solid $accent; padding: 0 15px; min-height: 32px; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent;
    font-weight: 600; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:disabled { background: $raised; color: $text_soft;
    border-color: $raised; }
QPushButton[look="primary"]:focus { border: 2px solid $text; }
QPushButton[look="quiet"] { background: transparent; border: 1px solid transparent; }
QPushButton[look="quiet"]:hover { background: $hover; }
QPushButton[look="quiet"]:focus { border: 2px solid $accent; }
QPushButton[look="quiet"]:checked { background: $accent_quiet; }
QPushButton[look="danger"] { color: $danger; }
QPushButton[look="filter"] { background: transparent; border: 1px solid $line;
    border-radius: 17px; padding: 0 14px; min-height: 32px; color: $text_soft; }
QPushButton[look="filter"]:hover { background: $hover; color: $text; }
QPushButton[look="filter"]:checked { background: $accent_quiet; color: $text;
    border-color: $accent; }
QPushButton[look="filter"]:focus { border: 2px solid $accent; padding: 0 13px; min-height: 30px; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 6px;
    padding: 4px; min-width: 26px; min-height: 26px; }
QToolButton:hover { background: $hover; }
QToolButton:checked { background: $accent_quiet; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton[look="rail"] { min-width: 68px; min-height: 52px; padding: 4px 2px; color: $text_soft;
    font-size: $caption; border-radius: 8px; }
QToolButton[look="rail"]:checked { background: $accent_quiet; color: $text; font-weight: 600; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QDateEdit {
    background: $raised; border: 1px solid $line; border-radius: 6px; padding: 0 8px;
    min-height: 34px; selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit, QTextEdit { padding: 8px; }
QSpinBox, QDoubleSpinBox { padding: 0 20px 0 8px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus, QDateEdit:focus { border: 2px solid $accent; padding: 0 7px; min-height: 32px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: $text_soft; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url($arrow_down); width: 14px; height: 14px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { border: none; background: transparent; width: 20px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($arrow_up); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url($arrow_down); width: 10px;
    height: 10px; }
QComboBox QAbstractItemView, QListView#completions { background: $raised; border: 1px solid $line;
    padding: 4px; outline: none; selection-background-color: $accent_quiet;
    selection-color: $text; }
QComboBox QAbstractItemView::item, QListView#completions::item { min-height: 32px;
    padding: 0 8px; }

QCheckBox, QRadioButton { spacing: 10px; min-height: 32px; }
QCheckBox::indicator { width: 18px; height: 18px; border: 2px solid $text_soft;
    border-radius: 4px; background: transparent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($tick); }
QCheckBox::indicator:focus, QCheckBox:focus::indicator { border-color: $accent; }
QRadioButton::indicator { width: 18px; height: 18px; border: 2px solid $text_soft;
    border-radius: 11px; background: transparent; }
QRadioButton::indicator:checked { background: $accent; border: 5px solid $raised;
    border-radius: 14px; }

QSlider { min-height: 32px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 18px; height: 18px; margin: -7px 0; border-radius: 9px;
    background: $text; }
QSlider::handle:horizontal:focus { border: 3px solid $accent; width: 14px; height: 14px;
    margin: -8px 0; border-radius: 10px; }
QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px;
    max-height: 6px; text-align: right; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QAbstractItemView { background: transparent; border: none; outline: none; }
QAbstractScrollArea { background: transparent; border: none; }
QTableView { gridline-color: $line; }
QHeaderView::section { background: $window; color: $text_soft; border: none; padding: 8px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $hover; border-radius: 4px; margin: 2px; min-height: 40px;
    min-width: 40px; }
QScrollBar::handle:hover { background: $text_soft; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text_soft; padding: 8px 2px; margin-right: 24px;
    border-bottom: 2px solid transparent; min-height: 22px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; }
QMenu { background: $raised; border: 1px solid $line; padding: 6px; }
QMenu::item { padding: 8px 24px 8px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_quiet; color: $text; }
QMenu::item:disabled { color: $text_soft; }
QMenu::separator { height: 1px; background: $line; margin: 6px 4px; }
QMenu::icon { padding-left: 8px; }
QSplitter::handle { background: $line; }
QGroupBox { border: none; margin-top: 24px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
QFrame#rail { background: $surface; border: none; }
QFrame#side { background: $surface; border: none; border-left: 1px solid $line; }
""")


def text(colours: Mapping[str, str], sizes: Mapping[str, str], marks: Mapping[str, str]) -> str:
    """The stylesheet for these colours, type sizes (in points) and marks (files of arrows)."""
    return _RULES.substitute(**colours, **sizes, **marks)
