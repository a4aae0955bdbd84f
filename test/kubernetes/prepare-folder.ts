import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import type { ApiAccess } from './api-request.ts'
import {
  kubeletClientCertificate,
  randomTokens,
  serviceAccountKey,
  tokenFile,
  type UserName,
  userNames,
} from './credentials.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { type Layout, sourceFile } from './layout.ts'
import { claimFolder, type Owner } from './ownership.ts'

/**
 * Writes what must be there before anything starts. Everything is for the owner's eyes only.
 *
 * @throws Error when something that is not ours is in the way
 */
export async function prepareFolder(layout: Layout, owner: Owner): Promise<Record<UserName, string>> {
  await claimFolder(layout, owner)
  const tokens = randomTokens()
  await writeFile(layout.tokens, tokenFile(tokens), { mode: 0o600 })
  await writeFile(layout.serviceAccountKey, serviceAccountKey(), { mode: 0o600 })
  const { key, certificate } = await kubeletClientCertificate()
  await mkdir(layout.certificates, { mode: 0o700 })
  await writeFile(layout.kubeletClientKey, key, { mode: 0o600 })
  await writeFile(layout.kubeletClientCertificate, certificate, { mode: 0o600 })
  // kwok looks for it in its working folder.
  await copyFile(sourceFile('kwok/pod-logs.txt'), `${layout.data}/pod-logs.txt`)
  return tokens
}

/** Writes a kubeconfig for each part that needs one, and the one for people; returns the latter. */
export async function writeKubeconfigs(
  layout: Layout,
  access: ApiAccess,
  tokens: Record<UserName, string>,
): Promise<string> {
  for (const name of userNames) {
    const text = kubeconfigText({ ...access, token: tokens[name] })
    await writeFile(layout.componentKubeconfig(name), text, { mode: 0o600 })
  }
  const kubeconfig = kubeconfigText(access)
  await writeFile(layout.kubeconfig, kubeconfig, { mode: 0o600 })
  return kubeconfig
}
