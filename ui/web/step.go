package web

import "time"

// stepLife is how long a browser keeps what it is in the middle of. What that
// opens is decided by the pass itself, which may end sooner.
const stepLife = 30 * time.Minute

// Step is the token of the pass that this browser is going on with, "" for none:
// a sign-in that is not finished, a link that was followed, a code.
func (v *Visit) Step() string { return v.cookie(v.Ctx, stepCookie) }

// KeepStep gives the browser the token of a pass, for the page that comes next:
// it is then in no address.
func (v *Visit) KeepStep(token string) { v.setCookie(v.Ctx, stepCookie, token, stepLife) }

// DropStep takes it back.
func (v *Visit) DropStep() { v.dropCookie(v.Ctx, stepCookie) }

// KeepLogin keeps the login of whoever has just chosen a password, for the pages
// that come next to show it.
func (v *Visit) KeepLogin(login string) { v.KeepStep(v.seal(stepCookie, login)) }

// KeptLogin is that login, "" for none.
func (v *Visit) KeptLogin() string { return v.unseal(stepCookie, v.Step()) }
