// Words into elements, and elements in and out of sight; written only when that differs.

// A screen reader speaks what is written.
export function put(selector, words) {
  const element = document.querySelector(selector);
  if (element.textContent !== words) element.textContent = words;
}

export function reveal(selector, there) {
  const element = document.querySelector(selector);
  if (element.hidden !== !there) element.hidden = !there;
}
