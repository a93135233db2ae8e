import type { Report } from '../../figures.ts'
export function page(report: Report): string {
  return report.command
}
