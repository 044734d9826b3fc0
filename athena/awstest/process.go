// Package awstest starts substitutes for AWS in tests: real servers that
// implement its protocols. Each server is a process on a free port of the
// loopback address, and ends with the test. If a server is not installed, the
// test is skipped with a message that names the command to install it.
package awstest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// root returns the folder of the repository.
func root(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("no go.mod above the test")
		}
		folder = above
	}
}

// tool returns the path of a file in .cache/aws of the repository, or skips the
// test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(root(t), ".cache", "aws", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("left out: %s is not installed; `make counterparts` installs it", name)
	}
	return path
}

// freePort returns a port of the loopback address that is currently free.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // the address of a TCP listener
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

// output collects the output of a process for failure messages.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(o.text.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// start runs a process until the test ends. It returns once ready accepts the
// response from url.
func start(t *testing.T, command *exec.Cmd, url string, limit time.Duration, ready func(*http.Response) bool) {
	t.Helper()
	said := &output{}
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		t.Fatalf("%s: %v", command.Path, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // the cleanup kills it
		close(ended)
	}()
	t.Cleanup(func() {
		stop(command.Process)
		<-ended
	})
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers(ctx, url, ready) {
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %v\n%s", command.Path, command.ProcessState, said.tail())
		case <-ctx.Done():
			t.Fatalf("%s does not answer at %s\n%s", command.Path, url, said.tail())
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string, ready func(*http.Response) bool) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return ready == nil || ready(response)
}

func local(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }
