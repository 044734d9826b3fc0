package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestWrongCallsExitWith2(t *testing.T) {
	for _, args := range [][]string{{"-fast"}, {"now"}, {"-scale", "0"}, {"-keys", "-1"}} {
		var said strings.Builder
		if code := run(t.Context(), args, &said, &said); code != exitUsage || said.Len() == 0 {
			t.Errorf("%v: exit %d, %q", args, code, said.String())
		}
	}
}

func TestTheTableHasTheMedianAndTheSlowestOfAHundred(t *testing.T) {
	b := &bench{say: func(string, ...any) {}}
	var times []time.Duration
	for i := range 200 {
		times = append(times, time.Duration(200-i)*time.Millisecond)
	}
	b.add("keys", "16 ms", times)
	var out strings.Builder
	b.report(&out)
	if want := "| keys | 16 ms | 101.0 ms | 199.0 ms |\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("the table is\n%s", out.String())
	}
}

func TestTheLastRowIsKnownByItsNumber(t *testing.T) {
	for screen, want := range map[string]bool{
		"╰─ row 1 of 4,368,100 ─": false, "╰─ row 4,368,100 of 4,368,100 ─": true, "╰─ nothing ─": false, "": false,
	} {
		if got := atTheLastRow(screen); got != want {
			t.Errorf("%q: %t", screen, got)
		}
	}
}

func TestCPUTimeIsThatOfOneProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system does not report what a process has used")
	}
	before, err := cpuTime(os.Getpid())
	for err == nil {
		var now time.Duration
		if now, err = cpuTime(os.Getpid()); now > before { // the calls use CPU time, too
			return
		}
	}
	t.Fatal(err)
}
