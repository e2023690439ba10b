"""The catalogues of translations, as Qt takes them: English plurals, and the texts of the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from phi3desk.paths import resource


def install_translations(application: QCoreApplication) -> None:
    """Have texts shown in the user's language where there is a catalogue for it, else in English.

    English has a catalogue too, for its plurals; it stands behind that of the user's language. Qt asks what was
    installed last first.
    """
    folder = str(resource("translations"))
    for locale in (QLocale(QLocale.Language.English), QLocale()):
        translator = QTranslator(application)
        if translator.load(locale, "phi3desk", "_", folder):
            application.installTranslator(translator)
