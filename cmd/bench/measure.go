package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cost is the time and memory of one run, from the start of the process to its
// exit.
type cost struct {
	wall time.Duration
	cpu  time.Duration // includes the children that it waited for
	peak int64         // bytes
}

// errLimit reports that a run was stopped at the time limit.
var errLimit = errors.New("over the time limit")

const (
	killDelay = 5 * time.Second // wait for the pipes and files of a killed process
	tailBytes = 2000            // size of the output excerpt of a failed process

	outputName = "output.log" // the output of the last process
)

// measure runs one process in the folder. Its output goes to a file, so that
// this process uses no time to read it.
func measure(ctx context.Context, limit time.Duration, folder string, args, env []string) (c cost, err error) {
	log, err := os.Create(filepath.Join(folder, outputName))
	if err != nil {
		return cost{}, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = killDelay
	ownGroup(cmd)

	start := time.Now()
	err = cmd.Run()
	c = cost{wall: time.Since(start)}
	switch {
	case ctx.Err() != nil:
		return c, ctx.Err()
	case limited.Err() != nil:
		return c, errLimit
	case err != nil:
		return c, fmt.Errorf("%w\n%s", err, tail(log.Name()))
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.peak = peakBytes(cmd.ProcessState)
	return c, nil
}

func (b *bench) log() string { return filepath.Join(b.work, outputName) }

// tail returns the end of a process's output.
func tail(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-tailBytes):]))
}
