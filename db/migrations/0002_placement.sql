CREATE TABLE "placement_preferences" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"preferences" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "droplet_holds" (
	"droplet_id" uuid PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"detail" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"trips" integer DEFAULT 1 NOT NULL,
	"trial_deployment_id" uuid,
	"trial_attempt" integer,
	"released_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "droplet_alarms" (
	"droplet_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "droplet_alarms_droplet_id_kind_pk" PRIMARY KEY("droplet_id","kind")
);
--> statement-breakpoint
CREATE TABLE "region_latency" (
	"region" text PRIMARY KEY NOT NULL,
	"rtt_ms" real NOT NULL,
	"samples" integer DEFAULT 1 NOT NULL,
	"measured_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "placement_outcomes" (
	"deployment_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"droplet_id" uuid NOT NULL,
	"decided_at" timestamp with time zone NOT NULL,
	"healthy_at" timestamp with time zone,
	"failed_at" timestamp with time zone,
	"failure_code" text,
	"left_at" timestamp with time zone,
	"reserved_memory_bytes" bigint NOT NULL,
	"reserved_cpu_millis" integer NOT NULL,
	"reserved_disk_bytes" bigint NOT NULL,
	"p95_memory_bytes" bigint,
	"p95_cpu_millis" integer,
	"samples" integer DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	"costed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "placement_outcomes_deployment_id_attempt_pk" PRIMARY KEY("deployment_id","attempt")
);
--> statement-breakpoint
ALTER TABLE "placements" DROP COLUMN "snapshot";--> statement-breakpoint
ALTER TABLE "placements" ADD COLUMN "input" "bytea";--> statement-breakpoint
ALTER TABLE "placements" ADD COLUMN "policy_version" integer;--> statement-breakpoint
ALTER TABLE "placements" ADD COLUMN "droplet_id" uuid;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "requested_strategy" text;--> statement-breakpoint
ALTER TABLE "placement_preferences" ADD CONSTRAINT "placement_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "droplet_holds" ADD CONSTRAINT "droplet_holds_droplet_id_droplets_id_fk" FOREIGN KEY ("droplet_id") REFERENCES "public"."droplets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "droplet_alarms" ADD CONSTRAINT "droplet_alarms_droplet_id_droplets_id_fk" FOREIGN KEY ("droplet_id") REFERENCES "public"."droplets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "placements_at_idx" ON "placements" USING btree ("at");--> statement-breakpoint
CREATE INDEX "placement_outcomes_user_idx" ON "placement_outcomes" USING btree ("user_id","decided_at");--> statement-breakpoint
CREATE INDEX "placement_outcomes_decided_idx" ON "placement_outcomes" USING btree ("decided_at");--> statement-breakpoint
CREATE INDEX "deployment_events_failed_idx" ON "deployment_events" USING btree ("at") WHERE "deployment_events"."type" = 'step.failed';--> statement-breakpoint
CREATE INDEX "audit_log_unreachable_idx" ON "audit_log" USING btree ("at") WHERE "audit_log"."action" = 'droplet.unreachable';--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD COLUMN "upstream_registry_id" uuid;--> statement-breakpoint
ALTER TABLE "tool_catalog" ADD CONSTRAINT "tool_catalog_upstream_registry_id_upstream_registries_id_fk" FOREIGN KEY ("upstream_registry_id") REFERENCES "public"."upstream_registries"("id") ON DELETE set null ON UPDATE no action;
