package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stedi/pipeline"
)

// The hosts do not exist, so that no store can determine that a holder is dead.
var (
	alice = pipeline.Holder{
		Run: "20260102T030405Z-a1", PID: 4711, Host: "a.invalid",
		Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	bob = pipeline.Holder{
		Run: "20260102T030406Z-b2", PID: 12, Host: "b.invalid",
		Since: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
	}
)

var lockCases = []testCase{
	{"the loser gets the holder", func(l lake) {
		unlock := l.lock(alice)
		l.lockedBy(alice)
		l.lockedBy(alice)
		l.unlock(unlock)
	}},
	{"it can be had after unlock", func(l lake) {
		l.unlock(l.lock(alice))
		unlock := l.lock(bob)
		l.lockedBy(bob)
		l.unlock(unlock)
		l.unlock(l.lock(alice))
	}},
	{"a second unlock releases nothing", func(l lake) {
		first := l.lock(alice)
		l.unlock(first)
		second := l.lock(bob)
		_ = first() // may return an error, because the lock is already released
		l.lockedBy(bob)
		l.unlock(second)
	}},
	{"who has it can work on the lake, others can read it", func(l lake) {
		unlock := l.lock(alice)
		l.sweep()
		l.commit(l.stage("run/a.json", "new"), table, nil)
		l.holds(table, "new")
		l.lists("trusted", table)
		l.lockedBy(alice)
		l.unlock(unlock)
	}},
	{"the holder is reported to every caller, and so is a free lock", func(l lake) {
		l.heldBy(nil)
		unlock := l.lock(alice)
		l.heldBy(&alice)
		l.heldBy(&alice)
		l.lockedBy(alice)
		l.unlock(unlock)
		l.heldBy(nil)
	}},
	{"those who look do not keep it from anybody", lookers},
	{"of many at once, one has it at a time", oneHolder},
	{"a cancelled one does not take it", func(l lake) {
		ctx, cancel := context.WithCancel(l.Context())
		cancel()
		_, err := l.Lock(ctx, alice)
		l.mustBe(err, context.Canceled)
		l.unlock(l.lock(bob))
	}},
}

func (l lake) lock(holder pipeline.Holder) (unlock func() error) {
	l.Helper()
	unlock, err := l.Lock(l.Context(), holder)
	if err != nil {
		l.Fatalf("lock: %v", err)
	}
	return unlock
}

func (l lake) unlock(unlock func() error) {
	l.Helper()
	if err := unlock(); err != nil {
		l.Fatalf("unlock: %v", err)
	}
}

// lockedBy checks that no other process gets the lock, and that the error
// contains the holder.
func (l lake) lockedBy(holder pipeline.Holder) {
	l.Helper()
	_, err := l.Lock(l.Context(), pipeline.Holder{Run: "other", PID: 1, Host: "c.invalid"})
	var locked *pipeline.LockedError
	if !errors.As(err, &locked) {
		l.Fatalf("error is %v, want a LockedError", err)
	}
	got := locked.Holder
	if got.Run != holder.Run || got.PID != holder.PID || got.Host != holder.Host || !got.Since.Equal(holder.Since) {
		l.Fatalf("locked by %+v, want %+v", got, holder)
	}
	if !strings.Contains(err.Error(), holder.Run) || !strings.Contains(err.Error(), holder.Host) {
		l.Fatalf("error does not name the holder: %v", err)
	}
}

// heldBy checks the holder that the store returns.
func (l lake) heldBy(want *pipeline.Holder) {
	l.Helper()
	got, err := l.Holder(l.Context())
	switch {
	case err != nil:
		l.Fatalf("holder: %v", err)
	case want == nil && got != nil:
		l.Fatalf("held by %+v, want no holder", *got)
	case want != nil && got == nil:
		l.Fatalf("without a holder, want %+v", *want)
	case want != nil && (got.Run != want.Run || got.PID != want.PID || got.Host != want.Host || !got.Since.Equal(want.Since)):
		l.Fatalf("held by %+v, want %+v", *got, *want)
	}
}

func lookers(l lake) {
	var done atomic.Bool
	var looking sync.WaitGroup
	for range 4 {
		looking.Go(func() {
			for !done.Load() {
				if _, err := l.Holder(l.Context()); err != nil {
					l.Errorf("holder: %v", err)
					return
				}
			}
		})
	}
	defer looking.Wait()
	defer done.Store(true)
	for range 20 {
		l.unlock(l.lock(alice))
	}
}

func oneHolder(l lake) {
	var holders, wins atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				unlock, err := l.Lock(l.Context(), alice)
				var locked *pipeline.LockedError
				switch {
				case errors.As(err, &locked):
					continue
				case err != nil:
					l.Errorf("lock: %v", err)
					return
				}
				wins.Add(1)
				if n := holders.Add(1); n != 1 {
					l.Errorf("%d have the lock", n)
				}
				holders.Add(-1)
				if err := unlock(); err != nil {
					l.Errorf("unlock: %v", err)
				}
			}
		})
	}
	all.Wait()
	if wins.Load() == 0 {
		l.Fatal("no process got the lock")
	}
	l.unlock(l.lock(bob))
}
