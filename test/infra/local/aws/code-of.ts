/** The code of the AWS error that `act` throws or rejects with, or `none`. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return 'none';
  } catch (error) {
    if (typeof error !== 'object' || error === null) return String(error);
    return 'code' in error ? String(error.code) : error instanceof Error ? error.name : 'unknown';
  }
}
