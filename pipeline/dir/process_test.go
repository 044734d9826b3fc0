//go:build unix

package dir_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

// roleVariable starts this test binary as another process with one of the
// roles.
const roleVariable = "STEDI_DIR_TEST_ROLE"

var roles = map[string]func(t *testing.T, args []string){
	"none":    func(*testing.T, []string) {},
	"killed":  killedAt,
	"limited": limited,
	"racer":   racer,
}

// TestRole is not a test: child processes run it.
func TestRole(t *testing.T) {
	role := os.Getenv(roleVariable)
	if role == "" {
		t.Skip("runs only in processes that other tests start")
	}
	name, args, _ := strings.Cut(role, " ")
	roles[name](t, strings.Fields(args))
}

// process prepares a process with a role.
func process(t *testing.T, role ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestRole$", "-test.v")
	// Otherwise the race detector waits for a second at the end of each
	// process.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", roleVariable+"="+strings.Join(role, " "))
	return cmd
}

// A process is killed at every operation: each name holds its old bytes or its
// new ones, and the next run can lock the lake and leaves it clean.
func TestKilledAtEveryOperation(t *testing.T) {
	ops := record(t)
	for n := range len(ops) + 1 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			root := memory(t)
			lay(t, root)
			child := process(t, "killed", strconv.Itoa(n), root)
			out, err := child.CombinedOutput()
			status, ok := child.ProcessState.Sys().(syscall.WaitStatus)
			killed := ok && status.Signaled() && status.Signal() == syscall.SIGKILL
			if killed != (n < len(ops)) || !killed && err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			soundAnywhere(t, root)
			recovers(t, root)
			soundAnywhere(t, root)
		})
	}
}

// soundAnywhere is sound for a script that ended at an unknown step.
func soundAnywhere(t *testing.T, root string) {
	t.Helper()
	done := 0
	for i, s := range script {
		content, _ := os.ReadFile(filepath.Join(root, s.name))
		if string(content) == s.new {
			done = i
		}
	}
	sound(t, root, done)
}

// killedAt plays the script and dies before the n-th operation.
func killedAt(t *testing.T, args []string) {
	t.Helper()
	n, err := strconv.Atoi(args[0])
	if err != nil {
		t.Fatal(err)
	}
	lake := open(t, args[1], func(dir.Op) error {
		if n--; n < 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})
	if _, err := play(t.Context(), lake); err != nil {
		t.Fatal(err)
	}
}

// Exceeding the system's limit on the file size is an error and leaves no torn
// file.
func TestFileSizeLimit(t *testing.T) {
	root := t.TempDir()
	lay(t, root)
	if out, err := process(t, "limited", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	recovers(t, root)
}

func limited(t *testing.T, args []string) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	const limit = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		t.Fatal(err)
	}
	tooBig(t, args[0], syscall.EFBIG)
}

// tooBig checks that big files fail as required, and that small ones still
// work.
func tooBig(t *testing.T, root string, want error) {
	t.Helper()
	lake := open(t, root, nil)
	done, err := play(t.Context(), lake)
	mustBe(t, err, want)
	if script[done].new != big || !strings.Contains(err.Error(), script[done].name) {
		t.Fatalf("after %d steps: %v", done, err)
	}
	sound(t, root, done)
	clean(t, root)

	mustBe(t, lake.Put(t.Context(), "trusted/put.json", []byte(big)), want)
	sound(t, root, done)
	clean(t, root)
}

// Many processes race for the lock, round after round; in each, one wins, and
// all others name it. The winner is killed or unlocks.
func TestProcessesRaceForTheLock(t *testing.T) {
	const processes, rounds = 20, 10
	root := t.TempDir()
	racers := map[int]*racing{}
	for range processes {
		r := startRacer(t, root)
		racers[r.cmd.Process.Pid] = r
	}
	for round := range rounds {
		for _, r := range racers {
			r.say(t, "lock")
		}
		replies := map[string]int{}
		winner := 0
		for pid, r := range racers {
			reply := r.hear(t)
			if reply == "got" {
				winner = pid
			}
			replies[reply]++
		}
		lost := "lost to " + strconv.Itoa(winner)
		if replies["got"] != 1 || replies[lost] != len(racers)-1 {
			t.Fatalf("round %d of %d, %d won: %v", round, len(racers), winner, replies)
		}
		if round%2 == 0 {
			_ = racers[winner].cmd.Process.Kill()
			_ = racers[winner].cmd.Wait()
			delete(racers, winner)
			continue
		}
		racers[winner].say(t, "unlock")
		if reply := racers[winner].hear(t); reply != "free" {
			t.Fatalf("unlock: %s", reply)
		}
	}
	holds(t, root, ".stedi/lock", "") // the last round ended with an unlock
}

type racing struct {
	cmd     *exec.Cmd
	to      io.WriteCloser
	replies *bufio.Scanner
}

func startRacer(t *testing.T, root string) *racing {
	t.Helper()
	cmd := process(t, "racer", root)
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = to.Close()
		_ = cmd.Wait()
	})
	return &racing{cmd: cmd, to: to, replies: bufio.NewScanner(from)}
}

func (r *racing) say(t *testing.T, word string) {
	t.Helper()
	if _, err := fmt.Fprintln(r.to, word); err != nil {
		t.Fatal(err)
	}
}

// hear returns the next reply, and skips the output of the test binary itself.
func (r *racing) hear(t *testing.T) string {
	t.Helper()
	for r.replies.Scan() {
		if reply, ok := strings.CutPrefix(r.replies.Text(), "reply: "); ok {
			return reply
		}
	}
	t.Fatalf("process %d ended", r.cmd.Process.Pid)
	return ""
}

// racer locks and unlocks on command, until its stdin ends.
func racer(t *testing.T, args []string) {
	t.Helper()
	lake := open(t, args[0], nil)
	unlock := func() error { return nil }
	words := bufio.NewScanner(os.Stdin)
	for words.Scan() {
		var err error
		reply := "free"
		if words.Text() == "lock" {
			reply = "got"
			var free func() error
			free, err = lake.Lock(t.Context(), pipeline.Holder{Run: "run", PID: os.Getpid(), Host: "test"})
			if err == nil {
				unlock = free
			}
		} else {
			err = unlock()
		}
		if locked, ok := errors.AsType[*pipeline.LockedError](err); ok {
			reply = "lost to " + strconv.Itoa(locked.Holder.PID)
		} else if err != nil {
			reply = err.Error()
		}
		fmt.Println("reply: " + reply)
	}
}
