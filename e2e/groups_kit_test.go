package e2e

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// drag carries what has a role and a name onto another, with the mouse, and lets
// look see the page before it is dropped.
func (b tab) drag(role, name, onRole, onName string, look func()) {
	b.Helper()
	x, y := b.find(role, name)
	tx, ty := b.find(onRole, onName)
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return err
		}))
	}
	mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
	mouse(input.DispatchMouseEventTypeMousePressed, x, y)
	mouse(input.DispatchMouseEventTypeMouseMoved, x+6, y+6)
	mouse(input.DispatchMouseEventTypeMouseMoved, (x+tx)/2, (y+ty)/2)
	mouse(input.DispatchMouseEventTypeMouseMoved, tx-2, ty)
	mouse(input.DispatchMouseEventTypeMouseMoved, tx, ty)
	if look != nil {
		look()
	}
	mouse(input.DispatchMouseEventTypeMouseReleased, tx, ty)
}

// carry carries what has a role and a name onto another with a finger, which first
// stays on it.
func (b tab) carry(role, name, onRole, onName string, look func()) {
	b.Helper()
	x, y := b.find(role, name)
	tx, ty := b.find(onRole, onName)
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)})
			return err
		}))
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
	b.wait(`document.documentElement.classList.contains("dragging")`)
	touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: (x + tx) / 2, Y: (y + ty) / 2})
	touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: tx, Y: ty})
	if look != nil {
		look()
	}
	touch(input.DispatchTouchEventTypeTouchEnd)
}

// unfold opens a branch of one of the two trees by the keyboard.
func (b tab) unfold(name string) {
	b.Helper()
	b.find("treeitem", name)
	b.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".twin [role=treeitem]")].find(i => i.querySelector(".name").textContent === ` + quote(name) + `).focus()`))
	b.press(kb.ArrowRight)
}
