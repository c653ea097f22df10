// The console works without any of this: every link and form is a plain one.
// htmx makes them update the page in place; the elements below give the parts
// of the page their keyboard and their mouse.
import "./ui/tree.js";
import "./ui/menu.js";
import "./ui/combobox.js";
import "./ui/dialog.js";
import "./ui/tabs.js";
import "./ui/splitter.js";
import "./ui/toolbar.js";
import "./ui/selection.js";
import "./ui/rows.js";
import "./ui/guard.js";
import "./draft.js";
import "./ui/palette.js";
import "./ui/journal.js";
import "./ui/fresh.js";
import "./ui/present.js";
import "./ui/asker.js";
import "./ui/session.js";
import "./ui/panes.js";
import "./ui/print.js";
import "./ui/picks.js";
import "./ui/picking.js";
import "./ui/drag.js";
import "./ui/landing.js";
import "./ui/tip.js";
import "./ui/proposal.js";
import "./ui/lookalikes.js";
import "./ui/canned.js";
import "./ui/moves.js";
