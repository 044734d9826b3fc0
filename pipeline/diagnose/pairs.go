package diagnose

import (
	"context"
)

// tryHabits combines each candidate with what is left out along with other
// mistakes: the conditions for complete rows, and the DISTINCT.
func (h *hunt) tryHabits(ctx context.Context, singles []candidate) error {
	for _, first := range singles {
		if first.tree == nil || !first.named && h.explained() {
			continue
		}
		if err := h.tryAll(ctx, h.withHabits(first)); err != nil {
			return err
		}
	}
	return nil
}

// withHabits are the combinations of a candidate with what is left out along
// with it.
func (h *hunt) withHabits(first candidate) (all []candidate) {
	if first.tree == nil {
		return nil
	}
	for _, m := range habits(first.tree) {
		second := h.candidate(m, "")
		c := first
		c.query, c.tree, c.rank, c.also = "", m.tree, rankPair+first.rank, &second
		if !first.named && second.named {
			other := first
			c = second
			c.query, c.tree, c.rank, c.also = "", m.tree, rankPair+first.rank, &other
		}
		all = append(all, c)
	}
	return all
}

// secondary are the operators that a second mistake is made of.
var secondary = []string{skipStage, dropDistinct, addDistinct, dropPredicate, outerJoin}

// tryPairs tries two changes at a time.
func (h *hunt) tryPairs(ctx context.Context, singles []candidate) error {
	if end := h.r.Now().Add(h.pairs); end.Before(h.deadline) {
		h.deadline = end
	}
	for _, first := range singles {
		if first.tree == nil {
			continue
		}
		for _, m := range mutants(h.lake, h.l.table, first.tree, h.frames, secondary...) {
			second := h.candidate(m, "")
			c := first
			c.query, c.tree, c.rank, c.named, c.also = "", m.tree, rankPair+first.rank, first.named || second.named, &second
			if h.r.Now().After(h.deadline) {
				return nil
			}
			if err := h.tryAll(ctx, []candidate{c}); err != nil {
				return err
			}
			if len(h.matches) > 0 && c.named {
				return nil // the pairs that follow are no simpler
			}
		}
	}
	return nil
}
