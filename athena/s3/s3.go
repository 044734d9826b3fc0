// Package s3 stores a lake in a bucket, below a prefix.
//
//	lake, err := s3.Open(ctx, config, "s3://bucket/prefix", s3.Options{Cache: folder})
//	files, err := lake.List(ctx, "customer/landing")
//
// A table changes by one conditional write: a PUT, or the completion of a
// multipart upload. S3 refuses it if the object is not the one that the write
// replaces. Objects are read through a local cache that stores each object
// under its ETag, so that no object is downloaded twice.
package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stedi/athena/account"
	"stedi/pipeline"
	"stedi/pipeline/definition"
)

const (
	internal = ".stedi"
	uploads  = internal + "/staging/uploads"
	results  = internal + "/staging/results"
	lockName = internal + "/lock"
)

// Store is a lake in a bucket. Its methods are safe for concurrent use.
type Store struct {
	client *s3.Client
	bucket string
	prefix string // "" or with a slash at its end
	cache  string // local cache folder of this lake
	part   int64  // size of a part of a multipart upload
	lease  time.Duration
	host   string // the name of this machine in the lock

	checksum atomic.Int32 // of uploads: the best that the server has

	lost atomic.Bool // another process took the lock; writes fail from now on
}

var _ pipeline.Store = (*Store)(nil)

// Options configure a store.
type Options struct {
	// Cache is a local folder for downloaded and staged files. All lakes can
	// share it.
	Cache string
	// Host is the name of this machine in the lock. A lock is free at once if
	// its process ran on this host and has ended.
	Host string
	// Lease is the time after the last renewal until the lock expires; 0 means
	// 30 seconds.
	Lease time.Duration
	// Part is the part size of multipart uploads, and the size above which a
	// file is uploaded in parts; 0 means 16 MiB. S3 requires at least 5 MiB.
	Part int64
}

// Open opens the lake at a location such as s3://bucket/prefix, and checks that
// the bucket can be reached. With a custom endpoint it uses path-style
// addresses.
func Open(ctx context.Context, config aws.Config, location string, options Options) (*Store, error) {
	location, err := definition.CheckS3Location(location)
	if err != nil {
		return nil, err
	}
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	if prefix != "" {
		prefix += "/"
	}
	s := &Store{
		client: s3.NewFromConfig(config, func(o *s3.Options) {
			o.UsePathStyle = config.BaseEndpoint != nil
			o.DisableLogOutputChecksumValidationSkipped = true
		}),
		bucket: bucket, prefix: prefix, part: options.Part, host: options.Host, lease: options.Lease,
	}
	if s.part == 0 {
		s.part = 16 << 20
	}
	if s.lease == 0 {
		s.lease = 30 * time.Second
	}
	id := sha256.Sum256([]byte(aws.ToString(config.BaseEndpoint) + "\x00" + location))
	s.cache = filepath.Join(options.Cache, hex.EncodeToString(id[:8]))
	if err := os.MkdirAll(s.cache, 0o700); err != nil {
		return nil, pipeline.Fail(pipeline.BadEngine, "", "Pass --cache FOLDER with another folder.", "the cache folder cannot be created: %w", err)
	}
	// A user waits for this call, so it is retried only a few times.
	_, err = s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket}, func(o *s3.Options) { o.Retryer = retry.AddWithMaxAttempts(o.Retryer, firstTries) })
	if status(err) == http.StatusNotFound {
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Create it (`aws s3 mb s3://"+bucket+"`), or name one that exists.", "the bucket %s does not exist", bucket)
	}
	if status(err) == http.StatusForbidden && s.requesterPays(ctx) {
		return nil, pipeline.Fail(pipeline.Denied, "", "Copy the data to a bucket of your own (`aws s3 sync --request-payer requester s3://"+bucket+" s3://YOURS`), or have its owner switch Requester Pays off; Athena reads it if the workgroup has Requester Pays enabled (--database without --lake).",
			"s3://%s has Requester Pays: who reads it pays, and stedi does not accept that for you", bucket)
	}
	return s, account.Explain(err, "look at s3://"+bucket)
}

// firstTries is the number of attempts of the first call.
const firstTries = 4

// requesterPays reports whether a bucket can be reached by those who agree to pay.
func (s *Store) requesterPays(ctx context.Context) bool {
	_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket}, func(o *s3.Options) {
		o.Retryer = aws.NopRetryer{}
		o.APIOptions = append(o.APIOptions, smithyhttp.AddHeaderValue("x-amz-request-payer", "requester"))
	})
	return err == nil
}

// Folder returns the local folder of the cache.
func (s *Store) Folder() string { return s.cache }

// URL returns the S3 URL of a file.
func (s *Store) URL(name string) string { return "s3://" + s.bucket + "/" + s.prefix + name }

func (s *Store) key(name string) *string { return aws.String(s.prefix + name) }

// explain adds the file to an error, and maps "not found" to fs.ErrNotExist.
func (s *Store) explain(err error, doing, name string) error {
	if err == nil {
		return nil
	}
	if account.Is(err, "NoSuchKey", "NotFound") || status(err) == http.StatusNotFound && !account.Is(err, "NoSuchBucket", "NoSuchUpload") {
		return &fs.PathError{Op: doing, Path: s.URL(name), Err: fs.ErrNotExist}
	}
	return account.Explain(err, doing+" "+s.URL(name))
}

func status(err error) int {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

// refused reports whether S3 rejected a write because its condition did not
// hold.
func refused(err error) bool {
	switch status(err) {
	case http.StatusPreconditionFailed, http.StatusConflict, http.StatusNotFound:
		return !account.Is(err, "NoSuchBucket")
	}
	return false
}

func ready(ctx context.Context, name string) error {
	if err := pipeline.CheckName(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// mayWrite returns an error if the lock was lost.
func (s *Store) mayWrite(ctx context.Context, name string) error {
	if err := ready(ctx, name); err != nil {
		return err
	}
	if s.lost.Load() {
		return pipeline.Fail(pipeline.Conflict, "", "Run again.", "%s: the lake's lock was taken over by another run, since this one did not renew it in time", name)
	}
	return nil
}

// listed returns an object as a file. It truncates the time to seconds, because
// HEAD and list requests return different precisions.
func listed(name string, size *int64, etag *string, modified *time.Time) pipeline.File {
	return pipeline.File{
		Name: name, Size: aws.ToInt64(size), Version: strings.Trim(aws.ToString(etag), `"`),
		ModTime: aws.ToTime(modified).UTC().Truncate(time.Second),
	}
}

// stat returns an object in the form that List returns.
func (s *Store) stat(ctx context.Context, name string) (pipeline.File, *s3.HeadObjectOutput, error) {
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: s.key(name)})
	if err != nil {
		return pipeline.File{}, nil, s.explain(err, "look at", name)
	}
	return listed(name, head.ContentLength, head.ETag, head.LastModified), head, nil
}
