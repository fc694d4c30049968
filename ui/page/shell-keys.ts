/** Whether a key is meant for something that is written in. */
export const isTyping = ({ target }: Event): boolean => target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);
