export { addPackages } from './add-packages.ts';
export { createModels } from './create-models.ts';
export { modelOf } from './model-of.ts';
export type { KnownPackage, Models, OperationModel, PackageModel, ServiceModel } from './operation-model.ts';
export { preloadModels } from './preload.ts';
