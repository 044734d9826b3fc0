package s3

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/athena/account"
	"stedi/pipeline"
)

// Retention says whether data that is deleted from the lake stays in the bucket:
// in old versions without a lifecycle rule that ends them, or under an object
// lock. A setting that cannot be read is reported, and is not an error.
func (s *Store) Retention(ctx context.Context) []pipeline.Finding {
	about := "bucket " + s.bucket
	versioning, err := s.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.bucket})
	if err == nil && versioning.Status == "" {
		return []pipeline.Finding{pipeline.Fine(about, "it is not versioned: deleted data is gone")}
	}
	known := err == nil
	var findings []pipeline.Finding
	if !known {
		findings = append(findings, s.unreadable(err, "versioning"))
	}
	if lock := s.locked(ctx); lock != nil {
		findings = append(findings, *lock)
	}
	lifecycle, err := s.client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.bucket})
	switch {
	case account.Is(err, "NoSuchLifecycleConfiguration"):
		lifecycle = &s3.GetBucketLifecycleConfigurationOutput{}
	case err != nil:
		return append(findings, s.unreadable(err, "lifecycle"))
	}
	for _, rule := range lifecycle.Rules {
		if s.ends(rule) {
			return append(findings, pipeline.Fine(about, fmt.Sprintf("old versions of the lake's objects are deleted %d days after they were replaced or deleted", aws.ToInt32(rule.NoncurrentVersionExpiration.NoncurrentDays))))
		}
	}
	missing := pipeline.Finding{
		About: about, Wrong: known, Says: "it is versioned, and no lifecycle rule with NoncurrentVersionExpiration covers the lake: deleted data stays in old versions",
		Fix: "Add a rule that deletes them (the command keeps the bucket's other rules): `" + s.ruleCommand(lifecycle) + "`",
	}
	if known {
		missing.Kind = pipeline.BadUsage
	} else {
		missing.Says = "no lifecycle rule with NoncurrentVersionExpiration covers the lake: if the bucket is versioned, deleted data stays in old versions"
	}
	return append(findings, missing)
}

func (s *Store) unreadable(err error, setting string) pipeline.Finding {
	why := pipeline.Trouble("", account.Explain(err, "read it"))
	return pipeline.Fine("bucket "+s.bucket, "its "+setting+" is not known, so deleted data may stay in old versions: "+why.Says)
}

// locked says that a lock keeps versions, or why that is not known.
func (s *Store) locked(ctx context.Context) *pipeline.Finding {
	out, err := s.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &s.bucket})
	if account.Is(err, "ObjectLockConfigurationNotFoundError") {
		return nil
	}
	if err != nil {
		f := s.unreadable(err, "object lock")
		return &f
	}
	lock := out.ObjectLockConfiguration
	if lock == nil || lock.ObjectLockEnabled != types.ObjectLockEnabledEnabled {
		return nil
	}
	f := pipeline.Fine("bucket "+s.bucket, "it has an object lock without a default retention: a version that is locked cannot be deleted")
	if lock.Rule != nil && lock.Rule.DefaultRetention != nil {
		keep := lock.Rule.DefaultRetention
		long := fmt.Sprintf("%d days", aws.ToInt32(keep.Days))
		if years := aws.ToInt32(keep.Years); years > 0 {
			long = fmt.Sprintf("%d years", years)
		}
		f = pipeline.Finding{
			About: f.About, Wrong: true, Kind: pipeline.BadUsage, Fix: "Use a bucket without a default retention for data that must be deleted on request.",
			Says: fmt.Sprintf("its object lock (%s) keeps each version for %s, also of deleted data", keep.Mode, long),
		}
	}
	return &f
}

// ends reports whether a rule deletes all old versions of the lake's objects.
func (s *Store) ends(rule types.LifecycleRule) bool {
	end := rule.NoncurrentVersionExpiration
	if rule.Status != types.ExpirationStatusEnabled || end == nil || aws.ToInt32(end.NoncurrentDays) < 1 || aws.ToInt32(end.NewerNoncurrentVersions) > 0 {
		return false
	}
	prefix, all := covered(rule)
	return all && strings.HasPrefix(s.prefix, prefix)
}

// covered returns the prefix of the objects to which a rule applies, and whether
// it applies to all of them.
func covered(rule types.LifecycleRule) (prefix string, all bool) {
	f := rule.Filter
	if f == nil {
		return aws.ToString(rule.Prefix), true //nolint:staticcheck // older rules have it
	}
	if and := f.And; and != nil {
		return aws.ToString(and.Prefix), len(and.Tags) == 0 && and.ObjectSizeGreaterThan == nil && and.ObjectSizeLessThan == nil
	}
	return aws.ToString(f.Prefix), f.Tag == nil && f.ObjectSizeGreaterThan == nil && f.ObjectSizeLessThan == nil
}

// ruleCommand returns the command that adds the missing rule. The call replaces
// all rules of a bucket, so the present ones are in it, too.
func (s *Store) ruleCommand(present *s3.GetBucketLifecycleConfigurationOutput) string {
	id := strings.TrimSpace("stedi " + s.prefix)
	rules := slices.DeleteFunc(slices.Clone(present.Rules), func(r types.LifecycleRule) bool { return aws.ToString(r.ID) == id })
	rules = append(rules, types.LifecycleRule{
		ID: &id, Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: &s.prefix},
		Expiration:                  &types.LifecycleExpiration{ExpiredObjectDeleteMarker: aws.Bool(true)},
		NoncurrentVersionExpiration: &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(1)},
	})
	var all any
	text, _ := json.Marshal(map[string]any{"Rules": rules}) //nolint:errchkjson // texts, numbers and times
	_ = json.Unmarshal(text, &all)
	text, _ = json.Marshal(set(all)) //nolint:errchkjson // was just read
	command := "aws s3api put-bucket-lifecycle-configuration --bucket " + s.bucket
	if size := present.TransitionDefaultMinimumObjectSize; size != "" {
		command += " --transition-default-minimum-object-size " + string(size)
	}
	return command + " --lifecycle-configuration '" + strings.ReplaceAll(string(text), "'", `'\''`) + "'"
}

// set removes what is not set. An empty prefix stays: it means all objects.
func set(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == nil || value == "" && key != "Prefix" {
				delete(v, key)
				continue
			}
			v[key] = set(value)
		}
	case []any:
		for i := range v {
			v[i] = set(v[i])
		}
	}
	return v
}
