import type { KnownPackage, Models, OperationModel, ServiceModel } from './operation-model.ts';
import { OWN_PACKAGES } from './own-packages.ts';
import { findPackages, ownFolder } from './packages.ts';
import { readPackage } from './read-package.ts';

/**
 * The models of the installed `@aws-sdk/client-*` packages by signing name, loaded on first use and then kept. `folders` hold packages
 * beside those that come with Opentrail. Reads two small files per package when it is called; throws nothing for packages it does not
 * understand, it leaves them out.
 */
export function createModels({ folders = [] }: { readonly folders?: readonly string[] } = {}): Models {
  const packages = withOwn(findPackages([ownFolder(), ...folders]));
  const names = [...new Set(packages.map(({ signingName }) => signingName))];
  const ready = new Map<string, ServiceModel>();
  const loading = new Map<string, Promise<ServiceModel | undefined>>();
  return {
    load: (service) => {
      const known = loading.get(service);
      if (known !== undefined) return known;
      const ofService = packages.filter(({ signingName }) => signingName === service);
      if (ofService.length === 0) return Promise.resolve(undefined);
      const started = loadService(service, ofService).then((model) => {
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

/** What we describe ourselves gives way to a package that is installed for it. */
function withOwn(found: readonly KnownPackage[]): readonly KnownPackage[] {
  const names = new Set(found.map(({ specifier }) => specifier));
  return [...found, ...OWN_PACKAGES.filter(({ specifier }) => !names.has(specifier))];
}

/** A package that cannot be read leaves the others of its signing name as they are. */
async function loadService(
  service: string,
  known: readonly KnownPackage[],
): Promise<ServiceModel | undefined> {
  const packages = [];
  for (const one of known) {
    const read = await readPackage(one).catch(() => undefined);
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
