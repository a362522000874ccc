/** Das Deutsch von Geräten, die ohne Anmeldecode kommen, von ihren Zertifikaten und vom Code, der eines rettet. */
import type { enrolment as english } from "@/text/en/enrolment";

export const enrolment: Record<keyof typeof english, string> = {
  "enrolment.requests_one": "{count} Gerät bittet um Einlass",
  "enrolment.requests_other": "{count} Geräte bitten um Einlass",
  "enrolment.requests-lead":
    "Jedes zeigt seinen Code auf dem eigenen Terminal. Lassen Sie nur das ein, dessen Code Sie dort gelesen haben: Bitten kann jeder im Netz.",
  "enrolment.says": "Nennt sich:",
  "enrolment.says-nothing": "gar nicht",
  "enrolment.from": "von {address}",
  "enrolment.left": "wartet noch {left}",
  "enrolment.note.used":
    "Diese Seriennummer wird erwartet, doch ein Gerät mit ihr war schon da. Eines der beiden ist nicht, was es sagt.",
  "enrolment.note.elsewhere": "Diese Seriennummer wird erwartet, aber nicht aus diesem Netz.",
  "enrolment.note.occupied": "Diese Seriennummer wird erwartet, doch die Kabine hat ein Gerät, das verbunden ist.",
  "enrolment.approve": "Einlassen",
  "enrolment.approve-of": "Einlassen: {code}",
  "enrolment.approve-title": "Ein Gerät einlassen",
  "enrolment.approve-lead":
    "Lesen Sie den Code am Gerät ab, nicht hier: Nur so wissen Sie, dass dieses Gerät bittet und kein anderes.",
  "enrolment.approved": "Eingelassen: Das Gerät von {name} hat sein Zertifikat in wenigen Sekunden",
  "enrolment.expected-for": "Seine Seriennummer wird für {name} erwartet.",
  "enrolment.code": "Der Code auf seinem Terminal: {shown}…",
  "enrolment.code-hint": "Tippen Sie die letzten vier Zeichen.",
  "enrolment.code-wrong":
    "So endet sein Code nicht. Zeigt das Terminal einen anderen Code, ist es ein anderes Gerät: Weisen Sie es ab.",
  "enrolment.gone":
    "Es wartet nicht mehr: Jemand hat schon entschieden, oder die Zeit ist um. Es kann noch einmal bitten.",
  "enrolment.refuse": "Abweisen",
  "enrolment.refuse-of": "{code} abweisen",
  "enrolment.refuse-lead":
    "Es erfährt davon, und wer es abwies und warum, bleibt vermerkt. Es kann noch einmal bitten.",
  "enrolment.refuse-hint": "Fürs Protokoll, etwa: sein Terminal zeigt einen anderen Code",

  "enrolment.expect": "Gerät erwarten",
  "enrolment.expect-lead":
    "Über die Seriennummer seiner Platine. Kommt es, und nur aus dem eigenen Netz, wird es einmal eingelassen, ohne dass jemand dabei ist.",
  "enrolment.serial-hint": "Sie steht auf der Platine, und auf dem Gerät selbst in /proc/device-tree/serial-number.",
  "enrolment.serial-missing": "Tippen Sie die Nummer der Platine",
  "enrolment.for": "Wie lange",
  "enrolment.days_one": "{count} Tag",
  "enrolment.days_other": "{count} Tage",
  "enrolment.expects": "{serial} wird eingelassen, sobald es kommt",
  "enrolment.expected_one": "{count} Gerät wird erwartet",
  "enrolment.expected_other": "{count} Geräte werden erwartet",
  "enrolment.expected-by": "von {name}",
  "enrolment.until": "bis",
  "enrolment.withdraw-of": "Zurückziehen: {serial}",

  "certificates.all": "Alle seine Zertifikate",
  "certificates.state.in_force": "In Kraft",
  "certificates.state.waiting": "Noch nicht benutzt",
  "certificates.state.withdrawn": "Zurückgezogen",
  "certificates.state.ended": "Abgelaufen",
  "certificates.how.enrolled": "Angemeldet",
  "certificates.how.renewed": "Erneuert",
  "certificates.how.rescued": "Gerettet",
  "certificates.how.restored": "Nach Wiederherstellung wieder bekannt",
  "certificates.renews": "Erneuert sich",
  "certificates.came.claim_code": "mit dem Code von {name}, von {from}",
  "certificates.came.approved": "eingelassen von {name}, von {from}",
  "certificates.came.serial": "über seine Seriennummer, die {name} erwartete, von {from}",
  "certificates.came.restored": "nach der Wiederherstellung des Hubs wieder bekannt",

  "rescue.make": "Rettungscode",
  "rescue.again": "Neuer Rettungscode",
  "rescue.title": "Dieses Gerät retten",
  "rescue.lead":
    "Für ein Gerät, dessen Zertifikat ablief, während es fort war. Es behält Schlüssel, Kabine und Vorgeschichte. Der Code wird nur dieses eine Mal gezeigt und gilt einmal.",
  "rescue.code": "Es fragt nach dem Rettungscode:",
  "rescue.open": "Ein Rettungscode von {name} gilt noch {left}.",
};
