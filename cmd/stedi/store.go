package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stedi/athena/found"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/definition"
	"stedi/pipeline/dir"
	"stedi/pipeline/engines/registry"
)

// defaultCache is the default folder for cached files of lakes in S3, below the
// user's cache folder.
const defaultCache = "stedi"

// inS3 reports whether a lake is in a bucket.
func inS3(root string) bool { return strings.HasPrefix(root, "s3://") }

// inCatalog tells whether a lake is a database of a catalog.
func inCatalog(root string) bool { return registry.Place{Root: root}.InCatalog() }

// isURL tells whether a lake is not a folder of this machine.
func isURL(root string) bool { return inS3(root) || inCatalog(root) }

// openStore opens the lake's store. The folder is where on this machine the
// files lie that it fetches.
func (p *program) openStore(ctx context.Context, root string) (store pipeline.Store, folder string, err error) {
	if inS3(root) {
		bucket, folder, err := p.openBucket(ctx, root)
		if err != nil {
			return nil, "", err // not bucket: a nil *s3.Store is not a nil Store
		}
		return bucket, folder, nil
	}
	if inCatalog(root) { // its engine says where the files are
		folder, err := p.cacheFolder()
		return found.Empty(), folder, err
	}
	local, err := dir.Open(root, dir.Options{Fault: p.fault})
	if errors.Is(err, fs.ErrPermission) {
		return nil, "", &pipeline.Failure{Kind: pipeline.Denied, Err: err, Fix: "Make it readable for this user (chmod a+rx), or run as its owner."}
	}
	if err != nil {
		return nil, "", &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Name the lake's folder with --lake, or try --demo."}
	}
	return local, root, nil
}

func (p *program) openBucket(ctx context.Context, location string) (*s3.Store, string, error) {
	if _, err := definition.CheckS3Location(location); err != nil {
		return nil, "", err
	}
	config, err := p.config.account.Account(ctx)
	if err != nil {
		return nil, "", err
	}
	cache, err := p.cacheFolder()
	if err != nil {
		return nil, "", err
	}
	store, err := s3.Open(ctx, config, location, s3.Options{Cache: cache, Host: hostname()})
	if err != nil {
		return nil, "", err
	}
	return store, store.Folder(), nil
}

// cacheFolder is the folder for copies of what is in S3.
func (p *program) cacheFolder() (string, error) {
	if p.config.cache != "" {
		return p.config.cache, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", pipeline.Fail(pipeline.BadUsage, "", "Pass --cache FOLDER.", "no folder for copies of the lake's files: %w", err)
	}
	return filepath.Join(user, defaultCache), nil
}

func pid() int { return os.Getpid() }

// hostname returns the name of this machine in locks.
func hostname() string {
	host, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return host
}
