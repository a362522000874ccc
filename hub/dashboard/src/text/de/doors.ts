/** The German of the doors: the second step of a sign-in, links that invite, links for a new password. */
import type { doors as english } from "@/text/en/doors";

export const doors: Record<keyof typeof english, string> = {
  "sign-in.locked":
    "Dieser Name ist nach zu vielen Fehlversuchen gesperrt. {wait} warten oder die Verwaltung um Entsperren bitten.",
  "sign-in.disabled": "Dieses Konto darf sich nicht mehr anmelden. Bitte an die Verwaltung wenden.",
  "sign-in.refused": "Die Anmeldung über den Anbieter wurde nicht angenommen: {detail}",
  "sign-in.too-late": "Das hat zu lange gedauert. Bitte noch einmal mit dem Passwort anmelden.",

  "provider.or": "oder",
  "provider.enter": "Über die eigene Organisation anmelden",
  "provider.busy": "Weiterleitung …",
  "provider.sign-out": "Auch bei der eigenen Organisation abmelden",

  "code.title": "Der zweite Faktor",
  "code.lead": "Den Code eingeben, den die Authenticator-App gerade zeigt.",
  "code.lead-recovery": "Einen der aufbewahrten Wiederherstellungscodes eingeben. Jeder gilt einmal.",
  "code.code": "Code",
  "code.recovery": "Wiederherstellungscode",
  "code.wrong": "Dieser Code stimmt nicht oder wurde schon benutzt. Auf den nächsten warten.",
  "code.wrong-recovery": "Dieser Wiederherstellungscode stimmt nicht oder wurde schon benutzt.",
  "code.use-recovery": "Wiederherstellungscode benutzen",
  "code.use-code": "Authenticator-App benutzen",
  "code.back": "Zurück",

  "new-password.refused": "Das wurde nicht angenommen. Was am Passwort nicht genügt, steht darunter.",
  "new-password.hint": "Mindestens 12 Zeichen. Am besten mehrere Wörter, die nicht zusammengehören.",
  "new-password.good": "Gut. Es zu erraten dauert lange.",
  "new-password.strong": "Sehr gut. Es zu erraten dauert sehr lange.",
  "new-password.too_short": "Zu kurz: mindestens 12 Zeichen.",
  "new-password.keyboard":
    "Nachbarn auf der Tastatur sind schnell erraten. Besser mehrere Wörter, die nicht zusammengehören.",
  "new-password.repeated": "Wiederholungen sind schnell erraten. Wörter ergänzen, die nicht zusammengehören.",
  "new-password.sequence": "Folgen wie abc oder 6543 sind schnell erraten. Besser mehrere Wörter.",
  "new-password.date": "Daten und Jahreszahlen sind schnell erraten. Besser mehrere Wörter.",
  "new-password.common":
    "Das ähnelt einem Passwort, das viele benutzen. Besser mehrere Wörter, die nicht zusammengehören.",
  "new-password.word": "Ein einzelnes Wort ist schnell erraten. Andere ergänzen, die nicht dazugehören.",
  "new-password.name": "Namen sind schnell erraten. Besser mehrere Wörter, die nicht zusammengehören.",
  "new-password.guessable": "Schnell erraten. Noch ein oder zwei Wörter ergänzen, am besten seltene.",

  "join.title": "Willkommen, {name}",
  "join.lead": "{by} lädt Sie zu Invigil ein: {role}. Wählen Sie, womit Sie sich anmelden.",
  "join.username-hint": "Damit melden Sie sich an. So stehen Sie in allen Aufzeichnungen; er lässt sich nicht ändern.",
  "join.submit": "Beitreten",
  "join.busy": "Beitritt läuft …",
  "join.until": "Dieser Link gilt einmal, bis",

  "reset.title": "Neues Passwort wählen",
  "reset.lead": "Für {name}. Das alte Passwort gilt nicht mehr.",
  "reset.password": "Neues Passwort",
  "reset.submit": "Passwort setzen",
  "reset.busy": "Wird gesetzt …",
  "reset.done": "Das Passwort ist gesetzt",
  "reset.done-lead": "Jetzt damit anmelden.",

  "link.missing": "Der Link ist nicht vollständig",
  "link.missing-lead": "Er gilt nur aus der Nachricht, mit der er kam: bitte dort noch einmal öffnen.",
  "link.gone": "Dieser Link gilt nicht mehr",
  "link.gone-join": "Er wurde benutzt, zurückgezogen oder ist zu alt. Bitte um eine neue Einladung bitten.",
  "link.gone-reset": "Er wurde benutzt oder ist zu alt. Bitte die Verwaltung um einen neuen bitten.",
  "link.used": "Dieser Link gilt nicht mehr: bitte um einen neuen bitten.",
  "link.taken": "Diesen Benutzernamen hat schon jemand. Bitte einen anderen wählen.",
  "link.to-sign-in": "Zur Anmeldung",
  "link.signed-in": "Sie sind als {name} angemeldet",
  "link.signed-in-lead":
    "Dieser Link legt ein Konto für jemand Neues an. Erst abmelden, oder ihn in einem privaten Fenster öffnen.",
  "link.sign-out": "Abmelden und weiter",

  "role.admin": "Verwaltung",
  "role.proctor": "Aufsicht",
  "role.reviewer": "Begutachtung",
  "role.technician": "Technik",
  "role.auditor": "Revision",
};
