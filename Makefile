# Everything thin: the logic is in hack/.
.DEFAULT_GOAL := help
.PHONY: help build test stories fuzz chaos demo bench soak cost images cluster-up cluster-down format chart-crds clean clean-cache

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## Compile everything, warnings are errors
	dotnet build Operator.sln --nologo

test: ## Set up all that is needed and run every test
	@hack/test.sh

stories: ## Further stories on the real cluster, beyond one for each kind of behaviour
	@hack/test.sh stories

fuzz: ## More simulated worlds (MINUTES=10, or SEED=n WORLDS=1 to replay one)
	@SIMULATION_MINUTES=$(if $(WORLDS),0,$(or $(MINUTES),10)) SIMULATION_SEED=$(or $(SEED),$(shell date +%s)) \
	  SIMULATION_WORLDS=$(or $(WORLDS),1) dotnet test tests/Operator.Tests --nologo \
	  --filter "FullyQualifiedName~Whatever_goes_wrong" --logger "console;verbosity=normal"

chaos: ## The cluster broken on purpose, with outages of OUTAGE=120 seconds, and how it recovers
	@CLUSTER=$(or $(CLUSTER),marketplace-operator-test) CHAOS_OUTAGE_SECONDS=$(or $(OUTAGE),120) \
	  dotnet test tests/Operator.Cluster.Tests --nologo --filter "FullyQualifiedName~ChaosTests" --logger "console;verbosity=detailed"

demo: ## A real cluster, 40 stores, a good version promoted and a bad one rolled back
	@hack/demo.sh

bench: ## Figures of the native operator on a real cluster, against bench/limits.json
	@hack/bench.sh

soak: ## Half an hour with 10,000 stores x 2 flows on a real API server
	@hack/bench.sh soak

cost: ## What maxStoresPerRun costs and what it brings, with real pods
	@hack/cost.sh

images: ## Build the container images into artifacts/images
	@hack/images.sh

cluster-up: ## A real Kubernetes (CLUSTER=name)
	@hack/cluster.sh up

cluster-down: ## Take it down and leave nothing behind
	@hack/cluster.sh down

format: ## Format the code
	dotnet tool restore && dotnet csharpier format .

chart-crds: ## Copy crds/ into the chart
	cp crds/*.yaml charts/marketplace-operator/files/crds/

clean: ## No process, mount, bridge, cgroup, namespace or build output of ours is left
	@hack/clean.sh

clean-cache: ## The same, and what was fetched and built once (Kubernetes: 6 minutes)
	@hack/clean.sh --cache
