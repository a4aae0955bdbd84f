import { constructPod } from './construct-pod.ts'
import { fromObj } from './executor-pod-override.ts'
import { extendObjectField, mergeObjects } from './merge-objects.ts'
import { deserializeModelDict } from './pod-model.ts'
import { deserializeModelFile } from './pod-template-file.ts'
import { reconcileContainers, reconcileMetadata, reconcilePods, reconcileSpecs } from './reconcile-pods.ts'

/** The functions of this room under the name that Airflow has them: `airflow...pod_generator.PodGenerator`. */
// biome-ignore lint/complexity/noStaticOnlyClass: it is Airflow's name for them.
export class PodGenerator {
  static readonly constructPod = constructPod
  static readonly fromObj = fromObj
  static readonly reconcilePods = reconcilePods
  static readonly reconcileMetadata = reconcileMetadata
  static readonly reconcileSpecs = reconcileSpecs
  static readonly reconcileContainers = reconcileContainers
  static readonly extendObjectField = extendObjectField
  static readonly mergeObjects = mergeObjects
  static readonly deserializeModelFile = deserializeModelFile
  static readonly deserializeModelDict = deserializeModelDict
}
