// @ts-check
/** The bench as a widget. */

import { Link } from "./kernel/link.js";
import { Parts } from "./page/parts.js";
import { BenchView } from "./page/view.js";

export default {
  /** @param {{model: any, el: HTMLElement}} page */
  render({ model, el }) {
    const view = new BenchView(new Link(model), (table) => new Parts(table));
    el.append(view.element);
    return () => view.close();
  },
};
