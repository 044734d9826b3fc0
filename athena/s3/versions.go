package s3

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// errKept is the error of a version that may not be deleted.
var errKept = errors.New("some versions were not deleted")

// purge deletes the old versions of objects that were deleted, and the markers
// that say so, where that is permitted: else the bucket's lifecycle rule deletes
// them. Objects that were written again meanwhile stay. All keys begin with the
// prefix.
func purge(ctx context.Context, client *s3.Client, bucket, prefix string, keys map[string]bool) error {
	if len(keys) == 0 {
		return nil
	}
	var versions, markers []types.ObjectIdentifier
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return unlessKept(err)
		}
		for _, v := range page.Versions {
			if keys[aws.ToString(v.Key)] && !aws.ToBool(v.IsLatest) {
				versions = append(versions, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
			}
		}
		for _, m := range page.DeleteMarkers {
			if keys[aws.ToString(m.Key)] {
				markers = append(markers, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
			}
		}
	}
	// Without the markers, a version that was left would be the object again.
	for _, doomed := range [][]types.ObjectIdentifier{versions, markers} {
		for len(doomed) > 0 {
			n := min(len(doomed), deleteBatch)
			if err := deleteVersions(ctx, client, bucket, doomed[:n]); err != nil {
				return unlessKept(err)
			}
			doomed = doomed[n:]
		}
	}
	return nil
}

func deleteVersions(ctx context.Context, client *s3.Client, bucket string, doomed []types.ObjectIdentifier) error {
	out, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: doomed, Quiet: aws.Bool(true)}})
	if err == nil && len(out.Errors) > 0 {
		return errKept
	}
	return err
}

// unlessKept returns no error if the versions may not be listed or deleted, or if
// the server has no such call.
func unlessKept(err error) error {
	if errors.Is(err, errKept) || status(err) == http.StatusNotImplemented || account.Is(err, "MethodNotAllowed") {
		return nil
	}
	err = account.Explain(err, "delete old versions")
	if pipeline.KindOf(err) == pipeline.Denied && !account.IsExpired(err) {
		return nil
	}
	return err
}
