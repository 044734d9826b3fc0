package s3_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stedi/athena/awstest"
	"stedi/athena/s3"
	"stedi/pipeline"
)

func TestALockWhoseReplyIsLostIsHeld(t *testing.T) {
	var lost atomic.Bool
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Method == http.MethodPut && lost.CompareAndSwap(false, true) {
			awstest.Lose(r, pass)
		}
		pass(w, r)
	})
	l.on.Store(true)
	unlock, err := l.faulty.Lock(t.Context(), pipeline.Holder{Run: "r1", PID: os.Getpid(), Host: "here", Since: time.Unix(1, 0).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.direct.Lock(t.Context(), pipeline.Holder{Run: "r2", PID: 1, Host: "there"})
	if _, locked := errors.AsType[*pipeline.LockedError](err); !locked {
		t.Errorf("error is %v, want a LockedError", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestALockIsTakenOverFromWhoIsDead(t *testing.T) {
	l := openThrough(t, nil)
	const lease = `{"holder":{"run":"r1","pid":%PID,"host":"HOST","since":"2026-01-02T03:04:05Z"},"lease_seconds":%S,"beat":3}`
	for _, c := range []struct {
		name, pid, host, seconds string
		free                     bool
	}{
		// By a minute, because the server's time may be a second old.
		{"not renewed in time, by the server's clock", "1", "elsewhere", "-60", true},
		{"renewed, on another host", "1", "elsewhere", "3600", false},
		{"a process of this host that has ended", "2147483646", "here", "3600", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.NewReplacer("%PID", c.pid, "HOST", c.host, "%S", c.seconds).Replace(lease)
			if err := l.direct.Put(t.Context(), ".stedi/lock", []byte(text)); err != nil {
				t.Fatal(err)
			}
			unlock, err := l.direct.Lock(t.Context(), pipeline.Holder{Run: "r2", PID: os.Getpid(), Host: "here"})
			if free := err == nil; free != c.free {
				t.Fatalf("lock says %v", err)
			}
			if err == nil {
				if err := unlock(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A holder that was asleep for longer than its lease must not overwrite the
// work of the next holder.
func TestALockThatIsTakenOverStopsItsFormerHolder(t *testing.T) {
	l := openThrough(t, nil)
	store, err := s3.Open(t.Context(), l.server.Config, "s3://lake/a", s3.Options{Cache: t.TempDir(), Host: "here", Lease: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	holder := pipeline.Holder{Run: "r1", PID: os.Getpid(), Host: "here"}
	unlock, err := store.Lock(t.Context(), holder)
	if err != nil {
		t.Fatal(err)
	}
	first := content(t, l.direct, ".stedi/lock")
	waitFor(t, func() bool { return content(t, l.direct, ".stedi/lock") != first }) // it is renewed
	const other = `{"holder":{"run":"r2","pid":1,"host":"there","since":"2026-01-02T03:04:05Z"},"lease_seconds":3600}`
	if err := l.direct.Put(t.Context(), ".stedi/lock", []byte(other)); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		err := store.Put(t.Context(), "t/a.json", []byte("a"))
		return pipeline.KindOf(err) == pipeline.Conflict && strings.Contains(err.Error(), "taken over")
	})
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if now := content(t, l.direct, ".stedi/lock"); now != other {
		t.Errorf("the former holder released a lock that it no longer held: %s", now)
	}
}

// waitFor waits until a condition is true.
func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("it did not come true")
		}
	}
}
