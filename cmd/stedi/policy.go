package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"stedi/athena/account"
	"stedi/athena/cloud"
	"stedi/athena/glue"
	"stedi/pipeline"
	"stedi/pipeline/spark"
	"stedi/pipeline/state"
)

// policyDocument is an IAM policy.
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

// policyOf is what the policies of a lake name.
type policyOf struct {
	partition, region, account string
	bucket, prefix             string
	database, workgroup        string
	jobs                       []string // their names; a name may end with *
	role, boundary             string   // ARNs
}

// personas are the identities that a policy is printed for.
const (
	personaPreview = "preview" // reads tables, previews and checks them
	personaRun     = "run"     // and builds tables
	personaDeploy  = "deploy"  // and creates and removes tables, jobs and their role
)

// arn returns the ARN of a resource of the account, given as service:resource.
func (o *policyOf) arn(what string) string {
	service, resource, _ := strings.Cut(what, ":")
	return "arn:" + o.partition + ":" + service + ":" + o.region + ":" + o.account + ":" + resource
}

func (o *policyOf) roleARN(path string) string {
	return "arn:" + o.partition + ":iam::" + o.account + ":role/" + path
}

func (o *policyOf) s3(path string) string { return "arn:" + o.partition + ":s3:::" + o.bucket + path }

// document returns the policy of a persona.
func (o *policyOf) document(persona string) *policyDocument {
	d := &policyDocument{Version: "2012-10-17"}
	add := func(sid string, actions []string, resources ...string) *policyStatement {
		d.Statement = append(d.Statement, policyStatement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources})
		return &d.Statement[len(d.Statement)-1]
	}
	builds := persona != personaPreview
	add("Bucket", []string{"s3:GetBucketLocation", "s3:ListBucket"}, o.s3(""))
	add("Lake", []string{"s3:GetObject"}, o.s3("/"+o.prefix+"*"))
	writable := o.s3("/" + o.prefix + ".stedi/staging/results/*")
	if builds {
		writable = o.s3("/" + o.prefix + "*")
	}
	add("Write", []string{"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, writable)
	catalog := []string{o.arn("glue:catalog"), o.arn("glue:database/" + o.database), o.arn("glue:table/" + o.database + "/*")}
	add("Catalog", []string{"glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"}, catalog...)
	// Athena asks for the database "default" whatever database is queried.
	add("Default", []string{"glue:GetDatabase", "glue:CreateDatabase"}, o.arn("glue:catalog"), o.arn("glue:database/default"))
	add("Queries", []string{"athena:GetWorkGroup", "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution"}, o.arn("athena:workgroup/"+o.workgroup))
	add("LakeFormation", []string{"lakeformation:GetDataAccess"}, "*")
	// Only through S3, and only the keys of the account that S3 uses there.
	add("Keys", []string{"kms:Decrypt", "kms:GenerateDataKey"}, o.arn("kms:key/*")).Condition = map[string]map[string]string{
		"StringLike": {"kms:ViaService": "s3." + o.region + ".*", "kms:EncryptionContext:aws:s3:arn": o.s3("*")},
	}
	if !builds {
		return d
	}
	add("Tables", []string{"glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"}, catalog...)
	if len(o.jobs) > 0 {
		add("Jobs", []string{"glue:GetJob", "glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"}, o.jobARNs()...)
		add("Log", []string{"logs:DescribeLogStreams", "logs:GetLogEvents"}, o.arn("logs:log-group:/aws-glue/jobs/*"))
	}
	if persona == personaDeploy {
		add("Retention", []string{"s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration"}, o.s3(""))
		add("Database", []string{"glue:CreateDatabase", "glue:DeleteDatabase"}, catalog...)
		o.deployJobs(add)
	}
	return d
}

func (o *policyOf) jobARNs() []string {
	var all []string
	for _, name := range o.jobs {
		all = append(all, o.arn("glue:job/"+name))
	}
	return all
}

// deployJobs adds what a deploy of jobs needs. Rights to create roles are given
// only with a permissions boundary: without one, they are the rights of an
// administrator.
func (o *policyOf) deployJobs(add func(string, []string, ...string) *policyStatement) {
	if len(o.jobs) == 0 {
		return
	}
	add("DeployJobs", []string{"glue:CreateJob", "glue:UpdateJob", "glue:DeleteJob"}, o.jobARNs()...)
	roles := o.roleARN("stedi/*")
	add("PassRole", []string{"iam:PassRole"}, cmp.Or(o.role, roles)).Condition = map[string]map[string]string{"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
	add("ReadRole", []string{"iam:GetRole", "iam:GetRolePolicy"}, cmp.Or(o.role, roles))
	if o.boundary == "" {
		return
	}
	add("Role", []string{"iam:CreateRole", "iam:PutRolePolicy"}, roles).Condition = map[string]map[string]string{"StringEquals": {"iam:PermissionsBoundary": o.boundary}}
	add("RemoveRole", []string{"iam:DeleteRole", "iam:DeleteRolePolicy"}, roles)
}

// policyOf returns what the policies name. What the identity may not find out is
// a star.
func (p *program) policyOf(ctx context.Context, lake *pipeline.Lake, database string, authority state.Authority, o deployFlags) *policyOf {
	bucket, prefix, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(p.config.lake, "s3://"), "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	of := &policyOf{
		partition: "aws", region: cmp.Or(p.config.account.Region, "*"), account: "*", bucket: bucket, prefix: prefix, database: database,
		workgroup: p.config.account.Workgroup, role: cmp.Or(o.role, authority.Role), boundary: o.boundary,
	}
	if config, err := p.config.account.Account(ctx); err == nil {
		of.region = config.Region
		if id, err := account.Number(ctx, config); err == nil {
			of.account = id
		}
	}
	of.partition = account.Partition(of.region)
	if !o.jobs {
		return of
	}
	prefixed := cmp.Or(o.jobPrefix, authority.JobPrefix)
	if lake == nil {
		of.jobs = []string{prefixed + "*"}
		return of
	}
	for _, t := range lake.Tables {
		if !t.IsLanding() {
			of.jobs = append(of.jobs, prefixed+spark.JobName(t))
		}
	}
	return of
}

// policyAlone prints the policy of one persona.
func (p *program) policyAlone(ctx context.Context, o deployFlags) (err error) {
	switch {
	case !o.dryRun:
		return pipeline.Fail(pipeline.BadUsage, "", "Add --dry-run.", "--policy prints a policy and deploys nothing")
	case o.policy != personaPreview && o.policy != personaRun && o.policy != personaDeploy:
		return pipeline.Fail(pipeline.BadUsage, "", "Use preview, run or deploy.", "--policy: %q is not an identity", o.policy)
	case !inS3(p.config.lake):
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --lake s3://BUCKET/PREFIX.", "only a lake in S3 can be deployed")
	}
	engine, _, closeEngine, err := p.openEngine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeEngine()) }()
	p.builds = true
	lake, err := p.load(ctx, p.config.lake, engine)
	if err != nil {
		return err
	}
	of := p.policyOf(ctx, lake, cmp.Or(p.config.account.Database, cloud.DefaultDatabase), state.Authority{}, o)
	return p.printJSON(of.document(o.policy))
}

func (p *program) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(p.stdout, "%s\n", text)
	}
	return err
}

// printPolicies prints the policy that a deploy requires, and that of the jobs'
// role.
func (p *program) printPolicies(ctx context.Context, lake *pipeline.Lake, database string, authority state.Authority, o deployFlags) error {
	of := p.policyOf(ctx, lake, database, authority, o)
	if err := p.printJSON(of.document(personaDeploy)); err != nil || !o.jobs {
		return err
	}
	policy, err := glue.Policy(p.config.lake, of.partition)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s", policy)
	return err
}
