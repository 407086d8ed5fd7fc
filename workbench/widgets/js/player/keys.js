// @ts-check
/** Keys of the film. */

const ACTIONS = new Map([
  [" ", "toggle"],
  ["ArrowRight", "forward"],
  ["ArrowLeft", "back"],
  ["Home", "first"],
  ["End", "last"],
]);

/**
 * What a key does, or null for a key that is not ours.
 * @param {{key: string, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean}} event
 */
export function actionOf(event) {
  return event.ctrlKey || event.altKey || event.metaKey ? null : (ACTIONS.get(event.key) ?? null);
}
