package groups

import (
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

func isMissing(err error) bool { return errors.Is(err, data.ErrNotFound) }

// inside are the groups that a group contains: its sub-groups, and the local groups
// among its elements.
func (sc *scene) inside(g Group) ([]Group, error) {
	all, err := sc.kids(g.ID)
	if err != nil || g.Shared {
		return all, err
	}
	for _, ref := range sc.elements(g) {
		id, nested := ref.Nested()
		if !nested {
			continue
		}
		inner, err := sc.group(id)
		if err != nil && !isMissing(err) {
			return nil, err
		}
		if err == nil {
			all = append(all, inner)
		}
	}
	return all, nil
}

// checkCycle refuses that a group contain itself, with the groups that make it so.
// Sound are groups known to contain no cycle, which it adds to.
func (sc *scene) checkCycle(g Group, sound map[string]bool) error {
	path, err := sc.cycleFrom(g, nil, sound)
	if err != nil || path == nil {
		return err
	}
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = "«\u00a0" + p.Name + "\u00a0»"
	}
	return access.Conflict("Un groupe ne peut pas se contenir lui-même\u00a0: " + strings.Join(names, " contient ") + " contient " + names[0] + ". Enlevez d’abord l’un d’eux du groupe où il est.")
}

// cycleFrom returns the groups of a cycle that a group leads to, by the groups
// around it, nil if there is none.
func (sc *scene) cycleFrom(g Group, around []Group, sound map[string]bool) ([]Group, error) {
	if sound[g.ID] {
		return nil, nil
	}
	if i := slices.IndexFunc(around, func(a Group) bool { return a.ID == g.ID }); i >= 0 {
		return around[i:], nil
	}
	inner, err := sc.inside(g)
	if err != nil {
		return nil, err
	}
	around = append(around, g)
	for _, k := range inner {
		if path, err := sc.cycleFrom(k, around, sound); err != nil || path != nil {
			return path, err
		}
	}
	sound[g.ID] = true
	return nil, nil
}

// depthOf is how many groups a group is in, itself included.
func (sc *scene) depthOf(g Group) (depth int, err error) {
	for depth = 1; g.Parent != "" && depth <= deepest; depth++ {
		if g, err = sc.group(g.Parent); err != nil {
			return depth, err
		}
	}
	return depth, nil
}
