//go:build !unix

package query

import (
	"os"
	"syscall"
	"time"
)

func limitResources() error { return nil }

func limitCPU(time.Duration) error { return nil }

func notifyOvertime() (<-chan os.Signal, func()) { return nil, func() {} }

func apart() *syscall.SysProcAttr { return nil }

func behind(int, int) error { return nil }
