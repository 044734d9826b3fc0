package glue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"stedi/athena/account"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

// RoleName returns the name of the role that stedi creates for the jobs of the
// lake at a location, which is unique per lake.
func RoleName(database, location string) string {
	sum := sha256.Sum256([]byte(location))
	return fmt.Sprintf("stedi-%.40s-%s", database, hex.EncodeToString(sum[:4]))
}

// Boundary returns the ARN of the policy that is the permissions boundary of that
// role unless --boundary names another one.
func Boundary(partition, account, role string) string {
	return "arn:" + partition + ":iam::" + account + ":policy" + rolePath + boundaryName(role)
}

func boundaryName(role string) string { return role + "-boundary" }

// Bound sets the permissions boundary of the role that Changes creates.
func (j *Jobs) Bound(policy string) { j.given = policy }

// Encrypted sets the ARN of the key that encrypts the lake's bucket.
func (j *Jobs) Encrypted(key string) { j.key = key }

// boundary returns the permissions boundary of the role, and whether it is
// stedi's own.
func (j *Jobs) boundary(ctx context.Context) (arn string, own bool, err error) {
	if j.given != "" {
		return j.given, false, nil
	}
	number, err := account.Number(ctx, j.config)
	if err != nil {
		return "", false, err
	}
	return Boundary(account.Partition(j.config.Region), number, j.roleName()), true, nil
}

// boundaryChanges returns the call that creates or updates stedi's own boundary.
func (j *Jobs) boundaryChanges(ctx context.Context, arn, policy string) ([]catalog.Change, error) {
	found, err := j.roles.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if account.Is(err, noRole) {
		return []catalog.Change{{Call: "CreatePolicy", About: boundaryName(j.roleName()), Why: "the permissions boundary of the jobs' role; --boundary ARN uses an existing one", Do: func(ctx context.Context) error {
			_, err := j.roles.CreatePolicy(ctx, &iam.CreatePolicyInput{
				PolicyName: aws.String(boundaryName(j.roleName())), Path: aws.String(rolePath), PolicyDocument: &policy, Description: aws.String("Permissions boundary of the Glue jobs of a stedi lake"),
			})
			return j.noBoundary(err, "create")
		}}}, nil
	}
	if err != nil {
		return nil, j.noBoundary(err, "look at")
	}
	version, err := j.roles.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: found.Policy.DefaultVersionId})
	if err != nil {
		return nil, j.noBoundary(err, "look at")
	}
	if sameJSON(document(version.PolicyVersion.Document), policy) {
		return nil, nil
	}
	return []catalog.Change{{Call: "CreatePolicyVersion", About: boundaryName(j.roleName()), Why: "the jobs' role needs other rights than its permissions boundary has", Do: func(ctx context.Context) error {
		_, err := j.roles.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &policy, SetAsDefault: true})
		return j.noBoundary(err, "update")
	}}}, nil
}

// noBoundary adds a fix to the error of an identity that may not manage policies:
// one that may could give itself all rights.
func (j *Jobs) noBoundary(err error, doing string) error {
	if err == nil {
		return nil
	}
	err = account.Explain(err, doing+" the permissions boundary "+boundaryName(j.roleName()))
	if pipeline.KindOf(err) != pipeline.Denied {
		return err
	}
	return pipeline.Fail(pipeline.Denied, "", "Let an administrator create it once from what `stedi deploy --dry-run --policy boundary` prints (`aws iam create-policy --path "+rolePath+" --policy-name "+boundaryName(j.roleName())+" --policy-document file://FILE`); or pass --boundary ARN or --role ARN.", "%w", err)
}

// boundChange is the call that gives the existing role its boundary.
func (j *Jobs) boundChange(name, boundary string) catalog.Change {
	return catalog.Change{Call: "PutRolePermissionsBoundary", About: name, Why: "the role has another permissions boundary, or none", Do: func(ctx context.Context) error {
		_, err := j.roles.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &name, PermissionsBoundary: &boundary})
		return account.Explain(err, "give the role "+name+" its permissions boundary")
	}}
}

// boundaryRemoval returns the call that deletes stedi's own boundary, if there is
// one.
func (j *Jobs) boundaryRemoval(ctx context.Context) ([]catalog.Change, error) {
	arn, _, err := j.boundary(ctx)
	if err != nil {
		return nil, err
	}
	_, err = j.roles.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if account.Is(err, noRole) {
		return nil, nil
	}
	if err != nil {
		return nil, account.Explain(err, "look at the permissions boundary "+boundaryName(j.roleName()))
	}
	return []catalog.Change{{Call: "DeletePolicy", About: boundaryName(j.roleName()), Why: "it was the permissions boundary of the jobs' role", Do: func(ctx context.Context) error {
		return j.deleteBoundary(ctx, arn)
	}}}, nil
}

func (j *Jobs) deleteBoundary(ctx context.Context, arn string) error {
	explain := func(err error) error {
		if account.Is(err, noRole) {
			return nil
		}
		return account.Explain(err, "delete the permissions boundary "+boundaryName(j.roleName()))
	}
	versions, err := j.roles.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: &arn}) // there are five at most
	if err != nil {
		return explain(err)
	}
	for _, v := range versions.Versions {
		if v.IsDefaultVersion {
			continue
		}
		if _, err := j.roles.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: v.VersionId}); err != nil {
			return explain(err)
		}
	}
	_, err = j.roles.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &arn})
	return explain(err)
}
