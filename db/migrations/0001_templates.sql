CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE TABLE "usage_samples" (
	"deployment_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"memory_bytes" bigint NOT NULL,
	"cpu_millis" integer NOT NULL,
	CONSTRAINT "usage_samples_deployment_id_at_pk" PRIMARY KEY("deployment_id","at")
);
--> statement-breakpoint
CREATE TABLE "registry_credentials" (
	"id" uuid PRIMARY KEY NOT NULL,
	"registry" text NOT NULL,
	"username" text NOT NULL,
	"password" jsonb NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone,
	"check_error" text,
	CONSTRAINT "registry_credentials_registry_unique" UNIQUE("registry")
);
--> statement-breakpoint
CREATE TABLE "template_validations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"template_version_id" uuid NOT NULL,
	"trigger" text NOT NULL,
	"requested_by" uuid,
	"verdict" text,
	"checks" jsonb NOT NULL,
	"facts" jsonb NOT NULL,
	"dry_run_id" uuid,
	"worker_id" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "upstream_registries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"updated_since" text,
	"pass" jsonb,
	"synced_at" timestamp with time zone,
	"sync_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upstream_registries_url_unique" UNIQUE("url")
);
--> statement-breakpoint
CREATE TABLE "upstream_servers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"registry_id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"status" text NOT NULL,
	"status_message" text,
	"is_latest" boolean NOT NULL,
	"document" jsonb NOT NULL,
	"search_text" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "upstream_servers_key" UNIQUE("registry_id","name","version")
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "purpose" text DEFAULT 'serve' NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "resources" jsonb;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "allow_new_droplet" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "status" text DEFAULT 'published' NOT NULL;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "content" jsonb;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "server_json" jsonb;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "note" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "image_digest" text;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "package_lock" jsonb;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "created_by" uuid;--> statement-breakpoint
ALTER TABLE "template_versions" ADD COLUMN "published_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "status" text DEFAULT 'published' NOT NULL;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "security" jsonb;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "registry_name" text;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "upstream_status" text;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "upstream_message" text;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "search_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (setweight(to_tsvector('simple', display_name), 'A') || setweight(to_tsvector('english', search_text), 'B') || setweight(to_tsvector('english', description), 'C')) STORED;--> statement-breakpoint
ALTER TABLE "usage_samples" ADD CONSTRAINT "usage_samples_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry_credentials" ADD CONSTRAINT "registry_credentials_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_validations" ADD CONSTRAINT "template_validations_template_version_id_template_versions_id_fk" FOREIGN KEY ("template_version_id") REFERENCES "public"."template_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_validations" ADD CONSTRAINT "template_validations_requested_by_users_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_servers" ADD CONSTRAINT "upstream_servers_registry_id_upstream_registries_id_fk" FOREIGN KEY ("registry_id") REFERENCES "public"."upstream_registries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_tools_idx" ON "deployments" USING btree ("template_id","created_at") WHERE "deployments"."tools" is not null;--> statement-breakpoint
CREATE INDEX "usage_samples_at_idx" ON "usage_samples" USING btree ("at");--> statement-breakpoint
CREATE INDEX "template_validations_version_idx" ON "template_validations" USING btree ("template_version_id","started_at");--> statement-breakpoint
CREATE INDEX "upstream_servers_trigram_idx" ON "upstream_servers" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tool_catalog_search_idx" ON "tool_catalog" USING gin ("search");--> statement-breakpoint
CREATE INDEX "tool_catalog_trigram_idx" ON "tool_catalog" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "tool_catalog_popular_idx" ON "tool_catalog" USING btree ("status","is_official","popularity");--> statement-breakpoint
CREATE INDEX "tool_catalog_registry_name_idx" ON "tool_catalog" USING btree ("registry_name");--> statement-breakpoint
UPDATE "tool_catalog" SET "search_text" = concat_ws(' ', display_name, slug, array_to_string(tags, ' '), category);--> statement-breakpoint
UPDATE "template_versions" SET "published_at" = "created_at";
