package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/pipeline"
)

// fetchTries is the number of attempts to read the body of an object. The SDK
// retries requests, but not the reading of a body.
const fetchTries = 8

// Fetch returns the path of an object's bytes in the cache, and downloads the
// object if it is missing there. A run after a cancelled one downloads only the
// missing objects. The cache keeps one version per object.
func (s *Store) Fetch(ctx context.Context, file pipeline.File) (string, error) {
	if err := ready(ctx, file.Name); err != nil {
		return "", err
	}
	at := s.cached(file)
	if info, err := os.Stat(at); err == nil && info.Size() == file.Size {
		return at, nil
	}
	var err error
	for range fetchTries {
		if err = s.download(ctx, file, at); !errors.As(err, new(*cutOff)) {
			break
		}
	}
	if err != nil {
		return "", err
	}
	return at, s.dropOlder(at)
}

// cached returns the cache path of an object. It consists of hashes of name and
// ETag, so that object names never become paths.
func (s *Store) cached(file pipeline.File) string {
	name := sha256.Sum256([]byte(file.Name))
	version := sha256.Sum256([]byte(file.Version))
	return filepath.Join(s.cache, "objects", hex.EncodeToString(name[:16]), hex.EncodeToString(version[:8]))
}

// dropOlder removes other versions of the same object from the cache.
func (s *Store) dropOlder(at string) error {
	versions, err := os.ReadDir(filepath.Dir(at))
	if err != nil {
		return err
	}
	for _, v := range versions {
		// Files that another process is downloading are kept.
		if v.Name() == filepath.Base(at) || strings.HasPrefix(v.Name(), fetching) {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(at), v.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// fetching is the name prefix of incomplete files.
const fetching = ".fetch-"

// cutOff is a failure in the middle of a body. Fetch retries it.
type cutOff struct{ error }

func (c *cutOff) Unwrap() error { return c.error }

func (s *Store) download(ctx context.Context, file pipeline.File, at string) (err error) {
	object, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: s.key(file.Name), IfMatch: aws.String(`"` + file.Version + `"`), ChecksumMode: types.ChecksumModeEnabled,
	})
	if status(err) == http.StatusPreconditionFailed {
		return fmt.Errorf("%s: %w", file.Name, pipeline.ErrChanged)
	}
	if err != nil {
		return s.explain(err, "fetch", file.Name)
	}
	defer func() { err = errors.Join(err, object.Body.Close()) }()
	folder := filepath.Dir(at)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, fetching)
	if err != nil {
		return err
	}
	n, err := io.Copy(temp, object.Body)
	if err != nil && ctx.Err() == nil {
		err = &cutOff{pipeline.Fail(pipeline.BadEngine, "", "Run again; if it fails again, check the network.", "fetch %s: after %d of %d bytes: %w", s.URL(file.Name), n, file.Size, err)}
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), at)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
