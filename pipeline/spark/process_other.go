//go:build !unix

package spark

import (
	"context"
	"os/exec"
	"time"
)

const supported = false

func lead(*exec.Cmd) {}

func terminate(int) error { return nil }

func kill(int, time.Duration) {}

func startOf(context.Context, int) string { return "" }
