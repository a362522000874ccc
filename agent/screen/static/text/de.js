// Jedes Wort des Bildschirms auf Deutsch, mit denselben Schlüsseln wie en.js: kurze, einfache Sätze für jemanden, der
// nervös ist.

const and = new Intl.ListFormat("de", { type: "conjunction" });

// Minuten genügen bis zu den letzten fünf: laufende Sekunden machen nervös.
function time(seconds) {
  if (seconds < 300) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`];
  return parts.filter(Boolean).join(" ");
}

export const text = {
  welcome: "Willkommen",
  welcomeNote: "Bitte nehmen Sie Platz. Gleich ist jemand für Sie da.",
  calm: "Alles ist in Ordnung",
  calmNote: "Wenn Sie jemanden brauchen, heben Sie die Hand: unten auf dem Bildschirm oder mit der Taste H.",

  recording: "Aufnahme läuft",
  notRecording: "Keine Aufnahme",
  practice: "Übung",
  watchedBy: (names) => `${and.format(names)} ${names.length === 1 ? "sieht" : "sehen"} zu`,
  watchedByCount: (count) => (count === 1 ? "Jemand sieht zu" : `${count} Personen sehen zu`), // zu lange Namen
  watchedByMany: (names, more) => `${and.format([...names, `${more} weitere`])} sehen zu`,

  messageFrom: (name) => `Nachricht von ${name}`,
  read: "Gelesen",
  moreMessages: (count) => (count === 1 ? "Danach noch eine Nachricht" : `Danach noch ${count} Nachrichten`),

  raiseHand: "Hand heben",
  lowerHand: "Hand senken",
  handIsUp: "Ihre Hand ist gehoben",
  handNote: "Jemand kommt zu Ihnen. Sie können solange weitermachen.",

  connecting: (name) => `${name} möchte mit Ihnen sprechen`,
  speaking: (name) => `${name} spricht mit Ihnen`,
  interrupted: (name) => `${name} ist gerade nicht zu hören. Bitte warten Sie einen Moment.`,
  hear: (name) => `Hier tippen, um ${name} zu hören`,

  identify: "Diese Kabine heißt",

  trouble: "Etwas stimmt nicht mit dieser Kabine",
  comfort: "Sie können nichts dafür. Bitte bleiben Sie sitzen. Jemand kommt.",
  troubles: {
    agent_lost: "Der Computer der Kabine antwortet gerade nicht.",
    camera_lost: "Die Kamera funktioniert gerade nicht.",
  },

  tasks: {
    code: "Code",
    notice: "Hinweis",
    photo: "Foto",
    document: "Ausweis",
    calibration: "Punkte",
    waiting: "Bereit",
  },
  steps: {
    code: { title: "Ihr Code", text: "Geben Sie den Code ein, den Sie bekommen haben.", first: "Weiter" },
    notice: { title: "Was aufgenommen wird, und warum", first: "Verstanden" },
    photo: { title: "Ein Foto von Ihnen", text: "Sitzen Sie so wie in der Prüfung.", first: "Foto machen" },
    document: {
      title: "Ihr Ausweis",
      text: "Halten Sie ihn so vor die Kamera, dass er den Rahmen füllt.",
      first: "Foto machen",
    },
    calibration: {
      title: "Sehen Sie auf die Punkte",
      text: "Fünf Punkte erscheinen nacheinander. Sehen Sie auf jeden, bis er voll ist. Sitzen Sie so wie in der Prüfung.",
      first: "Los",
    },
    waiting: {
      title: "Sie sind bereit",
      text: "Gleich lässt Sie jemand herein. Bitte bleiben Sie sitzen.",
      second: "Punkte noch einmal",
    },
    admitted: {
      title: "Sie können anfangen",
      text: "Lassen Sie sich Zeit. Die Uhr läuft erst, wenn Sie beginnen.",
      first: "Prüfung beginnen",
    },
    in_progress: {
      title: "Die Prüfung läuft",
      text: "Wenn Sie jemanden brauchen, heben Sie die Hand.",
      first: "Ich bin fertig",
      second: "Pause erbitten",
    },
    paused: { title: "Die Prüfung ist unterbrochen", text: "Bitte bleiben Sie sitzen. Ihre Zeit steht still." },
    on_break: {
      title: "Sie haben Pause",
      text: "Ihre Zeit steht still. Sagen Sie hier Bescheid, wenn Sie zurück sind.",
      first: "Ich bin zurück",
    },
    returning: { title: "Willkommen zurück", text: "Noch ein Foto, dann geht es weiter.", first: "Foto machen" },
    finished: { title: "Die Prüfung ist zu Ende", text: "Danke. Bitte warten Sie, bis jemand kommt." },
    turned_away: {
      title: "Sie können diese Prüfung jetzt nicht ablegen",
      text: "Jemand kommt und erklärt Ihnen, warum.",
    },
    closed: { title: "Diese Prüfung findet hier nicht statt", text: "Bitte fragen Sie am Empfang." },
  },
  erase: "Löschen",
  wrongCode: (left) => `Das ist nicht der Code. Noch ${left === 1 ? "ein Versuch" : `${left} Versuche`}.`,
  locked: (seconds) =>
    `Zu viele Versuche. Bitte warten Sie ${seconds} ${seconds === 1 ? "Sekunde" : "Sekunden"}.`,
  readOn: "Weiterlesen",
  camera: "Das Bild der Kamera",
  isItGood: "Ist das Foto gut?",
  useIt: "Foto verwenden",
  again: "Neues Foto",
  tryAgain: "Noch einmal",
  withoutDots: "Ohne Punkte",
  dotsMissing: "Jemand sieht sich die Punkte mit Ihnen an. Bitte bleiben Sie sitzen.",
  hints: {
    covered: "Etwas verdeckt die Kamera.",
    dark: "Es ist zu dunkel. Bitte machen Sie Licht.",
    blurred: "Das Bild ist unscharf. Bitte wischen Sie die Kamera ab.",
    no_face: "Wir sehen Ihr Gesicht nicht. Bitte setzen Sie sich vor die Kamera.",
    several: "Noch jemand ist im Bild.",
    far: "Bitte kommen Sie etwas näher.",
    near_edge: "Bitte rücken Sie in die Mitte.",
    turned: "Bitte sehen Sie gerade in die Kamera.",
    good: "So ist es gut.",
    steady: "Bitte still halten.",
  },
  problems: {
    unseen: "Ihr Gesicht war nicht immer zu sehen. Bitte setzen Sie sich vor die Kamera, und versuchen Sie es noch einmal.",
    several: "Noch jemand war im Bild. Bitte versuchen Sie es noch einmal, wenn Sie allein sind.",
    unsteady: "Bitte halten Sie bei jedem Punkt den Kopf still, und versuchen Sie es noch einmal.",
    askew: "Das hat nicht geklappt. Wenn es wieder so ist, heben Sie die Hand: die Kamera steht wohl zu weit seitlich.",
    not_kept: "Das Foto konnte nicht gespeichert werden. Bitte machen Sie es noch einmal.",
  },
  dots: {
    middle: "Sehen Sie auf den Punkt in der Mitte",
    left: "Sehen Sie auf den Punkt links",
    right: "Sehen Sie auf den Punkt rechts",
    top: "Sehen Sie auf den Punkt oben",
    bottom: "Sehen Sie auf den Punkt unten",
  },
  timeLeft: (seconds) => `noch ${time(seconds)}`,
  timeUp: "Die Zeit ist um",
  timeUpNote: "Bitte hören Sie jetzt auf. Die Prüfung endet von selbst.",
  finishAsked: "Sie sind fertig",
  finishNote: "Bitte bleiben Sie sitzen. Gleich bestätigt es jemand.",
  sure: "Sind Sie fertig?",
  sureNote: "Danach können Sie nichts mehr ändern.",
  yesFinish: "Ja, fertig",
  noGoOn: "Nein, weiter",
  breakAsked: "Sie haben um eine Pause gebeten. Jemand entscheidet.",
  uploads: (count) =>
    count === 0
      ? "Alles ist gesendet."
      : `Noch ${count === 1 ? "eine Sache wird" : `${count} Sachen werden`} gesendet. Bitte lassen Sie die Kabine an.`,

  elsewhere: "Dieser Bildschirm ist in einem anderen Fenster offen",
  elsewhereNote: "Er geht nur in einem Fenster.",
  here: "Dieses Fenster verwenden",
};
