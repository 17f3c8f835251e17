import { serviceAnnotationsPage } from './annotations-page';
import { differencesPage } from './differences-page';
import { permissionsPage } from './permissions-page';
import { reasonsPage } from './reasons-page';

/** Every page under docs/ that is made from a table in the code. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/annotations/service.md': serviceAnnotationsPage,
  'docs/differences.md': differencesPage,
  'docs/permissions.md': permissionsPage,
  'docs/reasons.md': reasonsPage,
};
