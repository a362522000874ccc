// Every word of the screen in English. Another language is another file here, with the same keys; plain, short
// sentences, addressed to somebody who is nervous. The file's name is the value of `lang` in device.toml.

const and = new Intl.ListFormat("en", { type: "conjunction" });

// Minutes are enough until the last five: seconds that run make nervous.
function time(seconds) {
  if (seconds < 300) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`];
  return parts.filter(Boolean).join(" ");
}

export const text = {
  welcome: "Welcome",
  welcomeNote: "Please take a seat. Somebody will be with you soon.",
  calm: "Everything is in order",
  calmNote: "If you need somebody, raise your hand: touch the button below, or press the key H.",

  recording: "Recording",
  notRecording: "Not recording",
  practice: "Practice",
  watchedBy: (names) => `${and.format(names)} ${names.length === 1 ? "is" : "are"} watching`,
  watchedByCount: (count) => (count === 1 ? "Somebody is watching" : `${count} people are watching`), // names too long
  watchedByMany: (names, more) => `${and.format([...names, `${more} more`])} are watching`,

  messageFrom: (name) => `Message from ${name}`,
  read: "I have read this",
  moreMessages: (count) => (count === 1 ? "One more message after this" : `${count} more messages after this`),

  raiseHand: "Raise hand",
  lowerHand: "Lower hand",
  handIsUp: "Your hand is raised",
  handNote: "Somebody will come. You can go on meanwhile.",

  connecting: (name) => `${name} wants to speak to you`,
  speaking: (name) => `${name} is speaking to you`,
  interrupted: (name) => `${name} cannot be heard just now. Please wait a moment.`,
  hear: (name) => `Touch here to hear ${name}`,

  identify: "This booth is called",

  trouble: "Something is wrong with this booth",
  comfort: "It is not your fault. Please stay seated. Somebody will come.",
  troubles: {
    agent_lost: "The booth's computer does not answer at the moment.",
    camera_lost: "The camera is not working at the moment.",
  },

  tasks: {
    code: "Code",
    notice: "Notice",
    photo: "Photo",
    document: "Document",
    calibration: "Dots",
    waiting: "Ready",
  },
  steps: {
    code: { title: "Your code", text: "Type the code that you were given.", first: "Continue" },
    notice: { title: "What is recorded, and why", first: "I understand" },
    photo: { title: "A photo of you", text: "Sit as you will during the exam.", first: "Take photo" },
    document: {
      title: "Your document",
      text: "Hold it before the camera so that it fills the frame.",
      first: "Take photo",
    },
    calibration: {
      title: "Look at the dots",
      text: "Five dots appear, one after the other. Look at each until it is full. Sit as you will during the exam.",
      first: "Start",
    },
    waiting: {
      title: "You are ready",
      text: "Somebody will let you in soon. Please stay seated.",
      second: "Dots again",
    },
    admitted: {
      title: "You may begin",
      text: "Take your time. The clock starts when you press the button.",
      first: "Begin the exam",
    },
    in_progress: {
      title: "Exam in progress",
      text: "If you need somebody, raise your hand.",
      first: "I am finished",
      second: "Ask for a break",
    },
    paused: { title: "The exam is paused", text: "Please stay seated. Your time stands still." },
    on_break: {
      title: "You are on a break",
      text: "Your time stands still. Tell us here when you are back.",
      first: "I am back",
    },
    returning: { title: "Welcome back", text: "One more photo, then you go on.", first: "Take photo" },
    finished: { title: "The exam is over", text: "Thank you. Please wait for somebody to come." },
    turned_away: { title: "You cannot take this exam now", text: "Somebody will come and explain why." },
    closed: { title: "This exam does not take place here", text: "Please ask the people who let you in." },
  },
  erase: "Erase",
  wrongCode: (left) => `That is not the code. ${left === 1 ? "One try" : `${left} tries`} left.`,
  locked: (seconds) => `Too many tries. Please wait ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  readOn: "Read on",
  camera: "The camera's picture",
  isItGood: "Is the photo good?",
  useIt: "Use this photo",
  again: "Take again",
  tryAgain: "Try again",
  withoutDots: "Go on without",
  dotsMissing: "Somebody will look at the dots with you. Please stay seated.",
  hints: {
    covered: "Something covers the camera.",
    dark: "It is too dark. Please switch on a light.",
    blurred: "The picture is blurred. Please wipe the camera.",
    no_face: "We cannot see your face. Please sit before the camera.",
    several: "Somebody else is in the picture.",
    far: "Please come a little closer.",
    near_edge: "Please move to the middle.",
    turned: "Please look straight at the camera.",
    good: "That looks good.",
    steady: "Hold it still.",
  },
  problems: {
    unseen: "We could not see your face all the time. Please sit before the camera and try again.",
    several: "Somebody else was in the picture. Please try again when you are alone.",
    unsteady: "Please keep your head still on each dot, and try again.",
    askew: "That did not work. If it fails again, raise your hand: the camera may stand too far aside.",
    not_kept: "The photo could not be saved. Please take it again.",
  },
  dots: {
    middle: "Look at the dot in the middle",
    left: "Look at the dot at the left",
    right: "Look at the dot at the right",
    top: "Look at the dot at the top",
    bottom: "Look at the dot at the bottom",
  },
  timeLeft: (seconds) => `${time(seconds)} left`,
  timeUp: "The time is up",
  timeUpNote: "Please stop now. The exam ends by itself.",
  finishAsked: "You said that you are finished",
  finishNote: "Please stay seated. Somebody confirms it soon.",
  sure: "Are you finished?",
  sureNote: "After that you cannot change anything any more.",
  yesFinish: "Yes, finish",
  noGoOn: "No, go on",
  breakAsked: "You asked for a break. Somebody will decide.",
  uploads: (count) =>
    count === 0
      ? "Everything has been sent."
      : `${count === 1 ? "One item is" : `${count} items are`} left to upload. Please leave the booth switched on.`,

  elsewhere: "This screen is open in another window",
  elsewhereNote: "It can be used in one window only.",
  here: "Use this window",
};
