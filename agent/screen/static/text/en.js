// Every word of the screen in English. Another language is another file here, with the same keys; plain, short
// sentences, addressed to somebody who is nervous. The file's name is the value of `lang` in device.toml.

const and = new Intl.ListFormat("en", { type: "conjunction" });

export const text = {
  welcome: "Welcome",
  welcomeNote: "Please take a seat. Somebody will be with you soon.",
  calm: "Everything is in order",
  calmNote: "If you need somebody, raise your hand: touch the button below, or press the key H.",

  recording: "Recording",
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

  trouble: "Something is wrong with this booth",
  comfort: "It is not your fault. Please stay seated. Somebody will come.",
  troubles: {
    agent_lost: "The booth's computer does not answer at the moment.",
    camera_lost: "The camera is not working at the moment.",
  },

  elsewhere: "This screen is open in another window",
  elsewhereNote: "It can be used in one window only.",
  here: "Use this window",
};
