import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[];
}

declare global {
  var axe: { run(context: Document, options: object): Promise<AxeResult> };
}

/** What axe-core finds wrong with the page as it stands: one line a rule and element. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Through the debugger, so that the page's policy need not let a foreign script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, help, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary = '' }) => `${id}: ${help}: ${html.slice(0, 160)}: ${failureSummary.replace(/\s+/g, ' ').slice(0, 240)}`));
}

/** Elements that stick out at the side, or boxes that scroll sideways without meaning to. */
export function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.scrollingElement;
    if (root !== null && root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide of ${innerWidth}`);
    for (const box of document.querySelectorAll('main, .page, .card, .dialog-body, .dialog-head, .scroller, .outside-head, .head, .toolbar, .nav, .empty-folder')) {
      if (box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1) found.push(`${box.className || box.tagName} is ${box.scrollWidth} wide of ${box.clientWidth}`);
      if (box.clientWidth > 0 && box.getBoundingClientRect().right > innerWidth + 12) found.push(`${box.className || box.tagName} ends at ${Math.round(box.getBoundingClientRect().right)} of ${innerWidth}`);
    }
    return found;
  });
}
