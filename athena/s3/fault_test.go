package s3_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
	"stedi/athena/awstest"
	"stedi/athena/s3"
	"stedi/pipeline"
)

const partSize = 5 << 20

// through opens a lake twice: through a proxy, and directly.
type through struct {
	server *awstest.S3
	direct *s3.Store // without the proxy
	faulty *s3.Store
	on     atomic.Bool // the fault is on
}

func openThrough(t *testing.T, fault func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) *through {
	t.Helper()
	l := &through{server: awstest.StartS3(t)}
	location := l.server.Bucket(t, "lake") + "/a"
	proxy := awstest.Proxy(t, l.server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if l.on.Load() {
			fault(w, r, pass)
			return
		}
		pass(w, r)
	})
	l.direct = open(t, l.server.Config, location)
	l.faulty = open(t, awstest.Config(t, proxy), location)
	return l
}

func open(t *testing.T, config aws.Config, location string) *s3.Store {
	t.Helper()
	store, err := s3.Open(t.Context(), config, location, s3.Options{Cache: t.TempDir(), Part: partSize, Host: "here"})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func stage(t *testing.T, store *s3.Store, content string) pipeline.StagedFile {
	t.Helper()
	staged, err := store.Create(t.Context(), "run/"+filepath.Base(t.Name())+".json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(staged, content); err != nil {
		t.Fatal(err)
	}
	if err := staged.Close(); err != nil {
		t.Fatal(err)
	}
	return staged
}

func content(t *testing.T, store *s3.Store, name string) string {
	t.Helper()
	in, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err := errors.Join(err, in.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (l *through) uploads(t *testing.T) int {
	t.Helper()
	out, err := l.server.Client.ListMultipartUploads(t.Context(), &awss3.ListMultipartUploadsInput{Bucket: aws.String("lake")})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Uploads)
}

func TestALargeFileGoesInParts(t *testing.T) {
	var parts atomic.Int32
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.URL.Query().Has("partNumber") {
			parts.Add(1)
		}
		pass(w, r)
	})
	l.on.Store(true)
	first := strings.Repeat("0123456789abcdef", (2*partSize+partSize/2)/16)
	file, err := l.faulty.Commit(t.Context(), stage(t, l.faulty, first), "t/part-00000.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if parts.Load() != 3 || l.uploads(t) != 0 {
		t.Errorf("%d parts sent, %d uploads left open; want 3 and 0", parts.Load(), l.uploads(t))
	}
	if content(t, l.direct, "t/part-00000.json") != first {
		t.Error("the object holds other bytes than the staged file")
	}
	if _, err := l.faulty.Commit(t.Context(), stage(t, l.faulty, first+"x"), "t/part-00000.json", nil); !errors.Is(err, pipeline.ErrChanged) {
		t.Errorf("error is %v, want ErrChanged: there is a file", err)
	}
	if l.uploads(t) != 0 {
		t.Error("a refused upload was left open")
	}
	path, err := l.direct.Fetch(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != first {
		t.Errorf("fetched %d other bytes (%v)", len(text), err)
	}
}

func TestACommitWhoseReplyIsLostIsASuccess(t *testing.T) {
	var lost atomic.Bool
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		conditional := r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Match") != ""
		if conditional && (r.Method == http.MethodPut || r.Method == http.MethodPost) && lost.CompareAndSwap(false, true) {
			awstest.Lose(r, pass)
		}
		pass(w, r)
	})
	l.on.Store(true)
	small, err := l.faulty.Commit(t.Context(), stage(t, l.faulty, "new"), "t/part-00000.json", nil)
	if err != nil {
		t.Fatalf("a new file: %v", err)
	}
	lost.Store(false)
	large := strings.Repeat("x", partSize+1)
	if _, err = l.faulty.Commit(t.Context(), stage(t, l.faulty, large), "t/part-00000.json", &small); err != nil {
		t.Fatalf("in parts, in the place of another: %v", err)
	}
	if content(t, l.direct, "t/part-00000.json") != large || !lost.Load() {
		t.Error("the object is not the committed one, or no reply was lost")
	}
}

func TestACancelledUploadLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.URL.Query().Get("partNumber") == "2" {
			cancel()
			awstest.Hang(r)
		}
		pass(w, r)
	})
	l.on.Store(true)
	_, err := l.faulty.Commit(ctx, stage(t, l.faulty, strings.Repeat("x", 3*partSize)), "t/part-00000.json", nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want a cancellation", err)
	}
	if l.uploads(t) != 0 {
		t.Error("the upload was left open")
	}
	if left, err := l.direct.List(t.Context(), ".stedi/staging"); err != nil || len(left) != 0 {
		t.Errorf("left %v (%v)", left, err)
	}
}

func TestTheNextSweepAbortsWhatAKilledUploadLeft(t *testing.T) {
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.URL.Query().Has("partNumber") || r.Method == http.MethodDelete {
			awstest.Refuse(w, http.StatusForbidden, "AccessDenied") // the abort fails, too, as if the process were killed
			return
		}
		pass(w, r)
	})
	foreign, err := l.server.Client.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: aws.String("lake"), Key: aws.String("a/theirs.json")})
	if err != nil {
		t.Fatal(err)
	}
	l.on.Store(true)
	if _, err := l.faulty.Commit(t.Context(), stage(t, l.faulty, strings.Repeat("x", 2*partSize)), "t/part-00000.json", nil); pipeline.KindOf(err) != pipeline.Denied {
		t.Fatalf("error is %v, want a denial", err)
	}
	if l.uploads(t) != 2 {
		t.Fatalf("%d uploads are open, want ours and theirs", l.uploads(t))
	}
	if err := l.direct.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := l.server.Client.ListMultipartUploads(t.Context(), &awss3.ListMultipartUploadsInput{Bucket: aws.String("lake")})
	if err != nil || len(out.Uploads) != 1 || *out.Uploads[0].UploadId != *foreign.UploadId {
		t.Errorf("after the sweep: %v (%v), want theirs alone", out.Uploads, err)
	}
}

func TestWhatPassesIsTriedAgain(t *testing.T) {
	var calls atomic.Int32
	for name, fault := range map[string]func(w http.ResponseWriter){
		"asked to slow down": func(w http.ResponseWriter) { awstest.Refuse(w, http.StatusServiceUnavailable, "SlowDown") },
		"cut off":            func(http.ResponseWriter) { awstest.Hangup() },
	} {
		t.Run(name, func(t *testing.T) {
			calls.Store(0)
			l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
				if calls.Add(1) < 8 {
					fault(w)
					return
				}
				pass(w, r)
			})
			l.on.Store(true)
			if err := l.faulty.Put(t.Context(), "t/a.json", []byte("a")); err != nil {
				t.Fatalf("after %d tries: %v", calls.Load(), err)
			}
			if content(t, l.direct, "t/a.json") != "a" {
				t.Error("the object holds something else")
			}
		})
	}
}

func TestWhatDoesNotPassIsSaid(t *testing.T) {
	for _, c := range []struct {
		code   string
		status int
		kind   pipeline.Kind
		says   string
	}{
		{"SlowDown", http.StatusServiceUnavailable, pipeline.BadEngine, "later"},
		{"ExpiredToken", http.StatusBadRequest, pipeline.Denied, "aws sso login"},
		{"AccessDenied", http.StatusForbidden, pipeline.Denied, "deploy --dry-run"},
		{"SignatureDoesNotMatch", http.StatusForbidden, pipeline.Denied, "aws configure"},
		{"InternalError", http.StatusInternalServerError, pipeline.BadEngine, "later"},
	} {
		t.Run(c.code, func(t *testing.T) {
			l := openThrough(t, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) { awstest.Refuse(w, c.status, c.code) })
			l.on.Store(true)
			err := l.faulty.Put(t.Context(), "t/a.json", []byte("a"))
			if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "s3://lake/a/t/a.json") {
				t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
			}
			if strings.Contains(err.Error(), awstest.SecretKey) {
				t.Errorf("a credential is in the error: %v", err)
			}
		})
	}
}

func TestABucketOfAnotherRegionIsNamedWithItsRegion(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Bucket-Region", "eu-north-1")
		awstest.Refuse(w, http.StatusMovedPermanently, "PermanentRedirect")
	}))
	t.Cleanup(server.Close)
	_, err := s3.Open(t.Context(), awstest.Config(t, server.URL), "s3://lake", s3.Options{Cache: t.TempDir()})
	if pipeline.KindOf(err) != pipeline.Denied || !strings.Contains(err.Error(), "--region eu-north-1") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	l := openThrough(t, nil)
	awstest.Environment(t)
	config, err := account.Open(t.Context(), account.Options{
		Region: awstest.Region, Stall: 20 * time.Millisecond, Backoff: time.Millisecond,
		Endpoint: awstest.Proxy(t, l.server.Endpoint, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			if r.Method == http.MethodPut {
				awstest.Hang(r)
			}
			pass(w, r)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = open(t, config, "s3://lake/a").Put(t.Context(), "t/a.json", []byte("a"))
	if pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "no byte came or went") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
}

// A body that does not match its checksum is never used.
func TestAByteThatChangesOnItsWayIsFound(t *testing.T) {
	flip := func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		answer := httptest.NewRecorder()
		pass(answer, r)
		maps.Copy(w.Header(), answer.Header())
		body := answer.Body.Bytes()
		if r.Method == http.MethodGet && len(body) == 6 {
			body[2] ^= 1
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}
	l := openThrough(t, flip)
	file, err := l.direct.Commit(t.Context(), stage(t, l.direct, "abcdef"), "t/a.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	l.on.Store(true)
	if _, err := l.faulty.Fetch(t.Context(), file); pipeline.KindOf(err) != pipeline.BadEngine || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("error of kind %d: %v", pipeline.KindOf(err), err)
	}
	l.on.Store(false)
	if _, err := l.faulty.Fetch(t.Context(), file); err != nil {
		t.Errorf("the right bytes: %v", err)
	}
}

func TestAFetchThatIsCutOffIsTriedAgain(t *testing.T) {
	var gets atomic.Int32
	l := openThrough(t, func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if r.Method == http.MethodGet && gets.Add(1) < 4 {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("abc"))
			awstest.Hangup()
		}
		pass(w, r)
	})
	file, err := l.direct.Commit(t.Context(), stage(t, l.direct, strings.Repeat("x", 1000)), "t/a.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	l.on.Store(true)
	path, err := l.faulty.Fetch(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || len(text) != 1000 {
		t.Errorf("fetched %d bytes (%v)", len(text), err)
	}
	again := gets.Load()
	if _, err := l.faulty.Fetch(t.Context(), file); err != nil || gets.Load() != again {
		t.Errorf("a cached object was fetched again (%v)", err)
	}
}
