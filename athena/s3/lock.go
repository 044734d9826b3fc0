package s3

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stedi/pipeline"
)

// The lock is an object that its holder renews periodically. It is free if it
// does not exist, if it has no holder, or if its age by the clock of S3 exceeds
// its lease. The next holder replaces exactly the version that it has read, so
// exactly one of several processes gets the lock.

const (
	maxLockText = 64 << 10
	// renewals is the number of renewals per lease, so that one or two lost
	// renewals do no harm.
	renewals = 4
)

// lease is the content of the lock object.
type lease struct {
	Holder  *pipeline.Holder `json:"holder,omitempty"` // nil: free
	Seconds float64          `json:"lease_seconds"`
	// Beat counts the renewals. It gives each renewal a new ETag, because an
	// ETag is only a hash of the content.
	Beat int `json:"beat"`
}

// seenLease is a lease that was read, with its ETag and age.
type seenLease struct {
	lease
	etag string
	age  time.Duration // by the server's clock
}

// held reports whether a live process holds the lock.
func (l *seenLease) held(host string) bool {
	if l == nil || l.Holder == nil || l.age.Seconds() > l.Seconds {
		return false
	}
	return l.Holder.Host != host || !dead(l.Holder.PID)
}

// Holder returns the lock holder, or nil.
func (s *Store) Holder(ctx context.Context) (*pipeline.Holder, error) {
	found, err := s.readLease(ctx)
	if err != nil || !found.held(s.host) {
		return nil, err
	}
	return found.Holder, nil
}

// Lock acquires the lock for holder and renews it until the returned function
// is called. If renewals fail for too long and another process takes the lock,
// all later writes through this store fail.
func (s *Store) Lock(ctx context.Context, holder pipeline.Holder) (func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lock %s: %w", s.URL(""), err)
	}
	etag, err := s.take(ctx, holder)
	if err != nil {
		return nil, err
	}
	s.lost.Store(false)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan string, 1)
	go func() { done <- s.renew(renewing, holder, etag) }()
	return sync.OnceValue(func() error {
		stop()
		etag := <-done
		if s.lost.Load() {
			return nil // another process holds it now
		}
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lease)
		defer cancel()
		if _, err := s.writeLease(after, lease{}, &etag); err != nil && !refused(err) {
			return s.explain(err, "unlock", lockName)
		}
		return nil
	}), nil
}

// take acquires the lock and returns the ETag of the lease.
func (s *Store) take(ctx context.Context, holder pipeline.Holder) (string, error) {
	other := pipeline.Holder{Run: "unknown", Host: "unknown"}
	// A refused write means that another process acquired or released the lock
	// after the read.
	for range 5 {
		found, err := s.readLease(ctx)
		if err != nil {
			return "", err
		}
		if found.held(s.host) {
			return "", &pipeline.LockedError{Holder: *found.Holder}
		}
		var replaced *string
		if found != nil {
			replaced = &found.etag
		}
		etag, err := s.writeLease(ctx, lease{Holder: &holder, Seconds: s.lease.Seconds()}, replaced)
		if err == nil {
			return etag, nil
		}
		if !refused(err) {
			return "", s.explain(err, "lock", lockName)
		}
		// If the reply of a successful write was lost, S3 refuses the retry.
		if now, err := s.readLease(ctx); err == nil && now != nil && now.Holder != nil {
			if other = *now.Holder; other.Run == holder.Run && other.PID == holder.PID && other.Host == holder.Host && other.Since.Equal(holder.Since) {
				return now.etag, nil
			}
		}
	}
	return "", &pipeline.LockedError{Holder: other}
}

// renew renews the lease until ctx ends, and returns its last ETag.
func (s *Store) renew(ctx context.Context, holder pipeline.Holder, etag string) string {
	ticks := time.NewTicker(s.lease / renewals)
	defer ticks.Stop()
	for beat := 1; ; beat++ {
		select {
		case <-ctx.Done():
			return etag
		case <-ticks.C:
		}
		// A renewal is never cancelled, so that its outcome is known.
		try, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lease/renewals)
		renewed, err := s.writeLease(try, lease{Holder: &holder, Seconds: s.lease.Seconds(), Beat: beat}, &etag)
		if err == nil {
			etag = renewed
		} else if now, readErr := s.readLease(try); refused(err) && readErr == nil {
			if now == nil || now.Holder == nil || now.Holder.Run != holder.Run || now.Holder.PID != holder.PID || now.Holder.Host != holder.Host {
				s.lost.Store(true)
				cancel()
				return etag
			}
			etag = now.etag // this process wrote it, but the reply was lost
		}
		cancel()
	}
}

// writeLease writes the lock object if its ETag is still etag, or if it does
// not exist and etag is nil. It returns the new ETag.
func (s *Store) writeLease(ctx context.Context, l lease, etag *string) (string, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	input := &s3.PutObjectInput{Bucket: &s.bucket, Key: s.key(lockName), IfMatch: etag}
	if etag == nil {
		input.IfNoneMatch = aws.String("*")
	}
	out, err := s.put(ctx, input, bytes.NewReader(append(text, '\n')))
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// readLease returns nil if there is no lock.
func (s *Store) readLease(ctx context.Context) (_ *seenLease, err error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: s.key(lockName)})
	if err = s.explain(err, "read", lockName); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no lock is not an error
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(out.Body, maxLockText))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.URL(lockName), err)
	}
	found := &seenLease{etag: aws.ToString(out.ETag)}
	if err := json.Unmarshal(text, &found.lease); err != nil {
		return nil, pipeline.Fail(pipeline.Conflict, "", "Delete it if no run is under way.", "%s is not a lock of stedi: %w", s.URL(lockName), err)
	}
	if answer, ok := middleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		if now, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
			found.age = now.Sub(aws.ToTime(out.LastModified))
		}
	}
	return found, nil
}
