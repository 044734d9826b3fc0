package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"stedi/pipeline/dir"
	"stedi/pipeline/engines"
	"stedi/pipeline/engines/enginetest/parts"
	"stedi/pipeline/query"
)

// TestMain also runs the program: scripts and fault tests start the test binary
// as stedi. FAULT=kill:17 kills the process at its 17th operation on the lake's
// files, and FAULT=ENOSPC:17 fails that operation; the file FAULTS counts the
// operations. With FAULT=hold the first table waits, before it is published,
// until the process is interrupted.
func TestMain(m *testing.M) {
	if query.IsChild(os.Args[1:]) {
		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
	}
	adjust := func(p *program) {
		p.fault = faultFromEnvironment()
		p.self = func() (string, error) { return exec.LookPath(os.Args[0]) } // the name under which it is stedi
	}
	testscript.Main(m, map[string]func(){
		"stedi": func() { os.Exit(execute(adjust)) },
		"stedi5": func() { // stedi with an additional engine
			os.Exit(execute(func(p *program) {
				adjust(p)
				p.config.engines = append(engines.All(&p.config.account), parts.Entry())
			}))
		},
	})
}

func faultFromEnvironment() func(dir.Op) error {
	if os.Getenv("FAULT") == "hold" {
		return holdFirst
	}
	how, at, ok := strings.Cut(os.Getenv("FAULT"), ":")
	if !ok {
		return nil
	}
	last, err := strconv.Atoi(at)
	if err != nil {
		panic(err)
	}
	var operations atomic.Int64
	return func(dir.Op) error {
		n := int(operations.Add(1))
		if file := os.Getenv("FAULTS"); file != "" {
			if err := os.WriteFile(file, []byte(strconv.Itoa(n)), 0o600); err != nil {
				panic(err)
			}
		}
		if n != last {
			return nil
		}
		if how == "kill" {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				panic(err)
			}
			select {}
		}
		return syscall.ENOSPC
	}
}

func holdFirst(op dir.Op) error {
	if op.Kind != dir.KindRename || !strings.HasSuffix(filepath.ToSlash(op.Path), "customer/trusted/part-00000.json") {
		return nil
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	<-interrupted
	return nil
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", os.Getenv("GORACE"))
			var errs []error
			for name, folder := range map[string]string{
				"definition": "pipeline/stedi", "lake": "testdata/sample", "library": "testdata/library", "library-data": "testdata/library-data",
			} {
				errs = append(errs, os.CopyFS(filepath.Join(env.WorkDir, name), os.DirFS(filepath.Join("..", "..", folder))))
			}
			return errors.Join(errs...)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCode,
			"lines":    lineCount,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// exitCode N COMMAND… runs the command and checks its exit code.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N command…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s ended with %s, not %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// lineCount N FILE checks the number of lines of a file.
func lineCount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines N file")
	}
	if n := strings.Count(ts.ReadFile(args[1]), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%s has %d lines, not %s", args[1], n, args[0])
	}
}
