// Kubernetes manifests, held against the API's own schema.
import { Job } from 'kubernetes-models/batch/v1';
import { parseAllDocuments } from 'yaml';

/** The Jobs of a file. @throws Error where it is not well-formed YAML, or repeats a key */
export function jobsIn(text: string): JobManifest[] {
  return parseAllDocuments(text, { prettyErrors: true }).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as JobManifest;
  });
}

/** What the tests read of a Job; the rest is the schema's business. */
export interface JobManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly completionMode?: string;
    readonly backoffLimitPerIndex?: number;
    readonly maxFailedIndexes?: number;
    readonly podFailurePolicy?: {
      readonly rules: readonly { action: string; onExitCodes?: { containerName?: string } }[];
    };
    readonly template: { readonly spec: PodSpec };
  };
}

export interface PodSpec {
  readonly restartPolicy: string;
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  }[];
}

export interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly resources: { readonly limits: Readonly<Record<string, string | number>> };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** What a Job has that the API's schema does not allow, or does not know: [] for one that `kubectl apply` would take. */
export function faultsOf(manifest: JobManifest): string[] {
  if (manifest.apiVersion !== Job.apiVersion || manifest.kind !== Job.kind) {
    return [`apiVersion and kind must be ${Job.apiVersion} ${Job.kind}`];
  }
  const unread = new Map<object, Set<string>>();
  const paths = new Map<object, string>();
  try {
    Job.prototype.validate.call(recorded(manifest, '') as Job);
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].flatMap(([object, keys]) =>
    [...keys].map((key) => `${paths.get(object)}/${key} is no known field`),
  );

  // The schema leaves further fields open, as all of Kubernetes' does; a field that its validator never looks at is unknown.
  function recorded<Value>(value: Value, path: string): Value {
    if (typeof value !== 'object' || value === null) return value;
    paths.set(value, path);
    unread.set(value, new Set(Array.isArray(value) ? [] : Object.keys(value)));
    return new Proxy(value, {
      get(target, key) {
        unread.get(target)!.delete(String(key));
        return recorded(Reflect.get(target, key) as unknown, `${path}/${String(key)}`);
      },
    });
  }
}
