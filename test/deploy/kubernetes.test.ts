// The Kubernetes manifests against the API's schema and against each other, and the Dockerfile by a parser that knows the format.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate as lint, ValidationSeverity } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { faultsOf, type JobManifest, jobsIn } from './manifests.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'deploy/kubernetes');
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const jobs = ['manifest-job.yaml', 'features-job.yaml', 'finetune-job.yaml'].flatMap((name) => jobsIn(textOf(name)));
const named = (name: string) => jobs.find(({ metadata }) => metadata.name === name)!;
const podOf = (job: JobManifest) => job.spec.template.spec;
const containerOf = (job: JobManifest) => podOf(job).containers[0]!;

describe('the checks themselves', () => {
  const change = (edit: (text: string) => string) => faultsOf(jobsIn(edit(textOf('features-job.yaml')))[0]!);

  it('find a wrong type, a missing field, an unknown one', () => {
    expect(change((text) => text)).toEqual([]);
    expect(change((text) => text.replace('completions: 8', 'completions: eight'))).toEqual([
      expect.stringContaining('completions must be integer'),
    ]);
    expect(change((text) => text.replace('- name: vggpu\n', '- imagePullPolicy: Always\n'))).toEqual([
      expect.stringContaining('required property name'),
    ]);
    expect(change((text) => text.replace('backoffLimitPerIndex', 'backoffLimitByIndex'))).toEqual([
      '/spec/backoffLimitByIndex is no known field',
    ]);
    expect(change((text) => text.replace('completionMode: Indexed', 'completionMode: indexed'))).toEqual([
      expect.stringContaining('completionMode'),
    ]);
    expect(change((text) => text.replace('batch/v1', 'batch/v2'))).toEqual([expect.stringContaining('batch/v1 Job')]);
  });

  it('find a key that stands twice', () => {
    expect(() => jobsIn('kind: Job\nkind: Job\n')).toThrow(/unique/);
  });
});

describe('the Jobs', () => {
  it.each(jobs.map((job) => [job.metadata.name, job] as const))('%s is as the API has it', (_, job) => {
    expect(faultsOf(job)).toEqual([]);
    expect(podOf(job).restartPolicy).toBe('Never');
    const volumes = podOf(job).volumes.map(({ name }) => name);
    for (const { name, mountPath, readOnly } of containerOf(job).volumeMounts) {
      expect(volumes).toContain(name);
      if (mountPath === '/photos') expect(readOnly).toBe(true);
    }
    for (const rule of job.spec.podFailurePolicy?.rules ?? []) {
      if (rule.onExitCodes) expect(rule.onExitCodes.containerName).toBe(containerOf(job).name);
    }
    const photos = podOf(job).volumes.find(({ name }) => name === 'photos');
    if (photos) expect(photos.persistentVolumeClaim).toEqual({ claimName: 'photos', readOnly: true });
  });

  it.each(['train', 'valid'])('features of %s: one index a shard, as many as --of and the manifest say', (set) => {
    const job = named(`vggpu-features-${set}`);
    const { completions, parallelism, completionMode, backoffLimitPerIndex, maxFailedIndexes } = job.spec;
    expect(completionMode).toBe('Indexed');
    expect(parallelism).toBeLessThanOrEqual(completions!);
    expect(backoffLimitPerIndex).toBeGreaterThan(0);
    expect(maxFailedIndexes).toBeLessThan(completions!);
    const { args, resources } = containerOf(job);
    expect(args).toContain(`--of=${completions}`);
    expect(args.slice(0, 2)).toEqual(['features', `/photos/${set}`]);
    expect(resources.limits['nvidia.com/gpu']).toBe(1);
    const out = args.find((word) => word.startsWith('--out='))!.slice('--out='.length);
    const prepared = containerOf(named('vggpu-manifest')).args[0]!.split('\n');
    expect(prepared).toContainEqual(
      expect.stringMatching(new RegExp(`/photos/${set} .*--out ${out} --of ${completions} `)),
    );
    expect(containerOf(named('vggpu-finetune')).args[0]).toContain(`vggpu merge ${out}\n`);
  });

  it('only computing pods ask for a GPU', () => {
    const asking = jobs.filter((job) => containerOf(job).resources.limits['nvidia.com/gpu'] === 1);
    expect(asking.map(({ metadata }) => metadata.name)).toEqual([
      'vggpu-features-train',
      'vggpu-features-valid',
      'vggpu-finetune',
    ]);
  });
});

describe('the Dockerfile', () => {
  const text = textOf('Dockerfile');
  const all = ValidationSeverity.ERROR;
  const strict = {
    deprecatedMaintainer: all,
    directiveCasing: all,
    emptyContinuationLine: all,
    instructionCasing: all,
    instructionCmdMultiple: all,
    instructionEntrypointMultiple: all,
    instructionHealthcheckMultiple: all,
    instructionJSONInSingleQuotes: all,
    instructionWorkdirRelative: all,
  };

  it('is well-formed', () => {
    expect(lint(text, strict)).toEqual([]);
    expect(lint(text.replace('WORKDIR /vggpu', 'WORKDIR vggpu'), strict)).not.toEqual([]);
    expect(lint(text.replace('COPY src src', 'COPPY src src'), strict)).not.toEqual([]);
  });

  it('copies what is there, and what its ignore file lets through', () => {
    const allowed = textOf('Dockerfile.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) => words!.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const name of copied) {
      expect(allowed).toContain(name);
      expect(existsSync(join(ROOT, name))).toBe(true);
    }
    expect(allowed.toSorted()).toEqual([...new Set(copied)].toSorted());
  });

  it('runs as no root, the program as npm names it, with the driver for Vulkan', () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { vggpu: string } };
    expect(text).toMatch(/^USER node$/m);
    expect(text).toContain(`ln -s /vggpu/${bin.vggpu} /usr/local/bin/vggpu`);
    expect(text).toMatch(/NVIDIA_DRIVER_CAPABILITIES=\S*\bgraphics\b/);
    expect(text.match(/^FROM \S+/gm)).toEqual(['FROM node:20-slim', 'FROM node:20-slim']);
  });
});
