package s3

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/pipeline"
)

// Limits of the requests of Nearby.
const (
	nearbyFolders = 16
	nearbyKeys    = 100 // per folder
)

// Nearby lists a folder of the lake, or with up > 0 of the location that many
// folders above the lake in the bucket.
func (s *Store) Nearby(ctx context.Context, up int, folder string) pipeline.Nearby {
	prefix := s.prefix
	for range up {
		if prefix == "" {
			return pipeline.Nearby{}
		}
		if prefix = path.Dir(strings.TrimSuffix(prefix, "/")) + "/"; prefix == "./" {
			prefix = ""
		}
	}
	found := pipeline.Nearby{Root: strings.TrimSuffix("s3://"+s.bucket+"/"+prefix, "/")}
	at := prefix
	if folder != "" {
		at += folder + "/"
	}
	page, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: &at, Delimiter: aws.String("/"), MaxKeys: aws.Int32(nearbyKeys),
	})
	if err != nil {
		return found
	}
	found.Exists = len(page.Contents)+len(page.CommonPrefixes) > 0
	for _, key := range append(keysOf(page.Contents), s.keysBelow(ctx, page.CommonPrefixes)...) {
		name := strings.TrimPrefix(key, prefix)
		switch {
		case strings.HasSuffix(name, "/") || pipeline.CheckName(name) != nil:
		case slices.ContainsFunc(strings.Split(name, "/"), pipeline.Hidden):
			found.Hidden = append(found.Hidden, name)
		default:
			found.Files = append(found.Files, name)
		}
	}
	slices.Sort(found.Files)
	return found
}

// keysBelow returns the first keys of each of the first folders.
func (s *Store) keysBelow(ctx context.Context, folders []types.CommonPrefix) []string {
	folders = slices.DeleteFunc(folders, func(f types.CommonPrefix) bool { return pipeline.Hidden(path.Base(aws.ToString(f.Prefix))) })
	var keys []string
	for _, f := range folders[:min(len(folders), nearbyFolders)] {
		page, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: f.Prefix, MaxKeys: aws.Int32(nearbyKeys)})
		if err == nil {
			keys = append(keys, keysOf(page.Contents)...)
		}
	}
	return keys
}

func keysOf(objects []types.Object) []string {
	keys := make([]string, len(objects))
	for i, object := range objects {
		keys[i] = aws.ToString(object.Key)
	}
	return keys
}
