import { findPackages } from './packages.ts';
import { readPackage } from './read-package.ts';
import type { Models, OperationModel, ServiceModel } from './operation-model.ts';

/**
 * The models of the installed `@aws-sdk/client-*` packages by signing name, loaded on first use and then kept.
 * Reads one small file per package when it is called; throws nothing for packages it does not understand, it leaves them out.
 */
export function createModels(): Models {
  const packages = findPackages();
  const names = [...new Set(packages.map(({ signingName }) => signingName))];
  const ready = new Map<string, ServiceModel>();
  const loading = new Map<string, Promise<ServiceModel | undefined>>();
  return {
    load: (service) => {
      const known = loading.get(service);
      if (known !== undefined) return known;
      const specifiers = packages
        .filter(({ signingName }) => signingName === service)
        .map(({ specifier }) => specifier);
      if (specifiers.length === 0) return Promise.resolve(undefined);
      const started = loadService(service, specifiers).then((model) => {
        if (model !== undefined) ready.set(service, model);
        return model;
      });
      loading.set(service, started);
      return started;
    },
    loaded: (service) => ready.get(service),
    installed: () => names,
    packages: () => packages,
  };
}

async function loadService(
  service: string,
  specifiers: readonly string[],
): Promise<ServiceModel | undefined> {
  const packages = [];
  for (const specifier of specifiers) {
    const loaded = (await import(specifier)) as Readonly<Record<string, unknown>>;
    const read = readPackage(service, loaded);
    if (read !== undefined) packages.push(read);
  }
  const [first] = packages;
  if (first === undefined) return undefined;
  const operations = new Map<string, OperationModel>();
  for (const one of packages.toReversed()) {
    for (const [name, model] of one.operations) operations.set(name, model);
  }
  const { apiVersion, protocol, xmlNamespace } = first.package;
  return { service, apiVersion, protocol, xmlNamespace, operations, packages };
}
